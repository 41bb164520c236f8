// SendGrid as the Twilio SendGrid v3 reference describes it: a bearer API key, errors as a list,
// 202 without a body for mail/send.
import { bearerToken, sendJson } from './http-server.mjs';
import { randomText, startFake } from './oauth-fake.mjs';

export async function startSendgrid({ apiKey = 'SG.fake-key-for-tests.0123456789' } = {}) {
  const limits = {
    'x-ratelimit-limit': '600',
    'x-ratelimit-remaining': '599',
    'x-ratelimit-reset': '12',
  };
  const fail = (call, status, message, field = null) =>
    sendJson(call.response, status, { errors: [{ message, field, help: null }] });

  const api = (handler) => (call) => {
    const given = bearerToken(call.request);
    if (!given) return fail(call, 401, 'Permission denied, wrong credentials');
    if (given !== apiKey)
      return fail(call, 401, 'The provided authorization grant is invalid, expired, or revoked');
    return handler(call);
  };
  const scopes = api((call) =>
    sendJson(call.response, 200, { scopes: ['mail.send', 'user.profile.read'] }, limits),
  );
  const profile = api((call) =>
    sendJson(
      call.response,
      200,
      {
        userid: 180,
        username: 'ada',
        email: 'ada@example.com',
        first_name: 'Ada',
        last_name: 'Lovelace',
        company: 'Analytical Engines',
      },
      limits,
    ),
  );
  const account = api((call) =>
    sendJson(call.response, 200, { type: 'free', reputation: 99.7 }, limits),
  );
  const sendMail = api((call) => {
    if (!/^application\/json/.test(call.request.headers['content-type'] ?? '')) {
      return fail(call, 415, 'Content-Type should be application/json.');
    }
    const mail = call.json();
    if (!mail.personalizations?.length) {
      return fail(
        call,
        400,
        'The personalizations field is required and must have at least one personalization.',
        'personalizations',
      );
    }
    return call.response.writeHead(202, { 'x-message-id': randomText(), ...limits }).end();
  });

  return {
    ...(await startFake(
      [
        ['GET', /^\/v3\/scopes$/, scopes],
        ['GET', /^\/v3\/user\/profile$/, profile],
        ['GET', /^\/v3\/user\/account$/, account],
        ['POST', /^\/v3\/mail\/send$/, sendMail],
      ],
      (response) =>
        sendJson(response, 404, { errors: [{ message: 'not found', field: null, help: null }] }),
    )),
    hosts: ['api.sendgrid.com'],
    apiKey,
  };
}
