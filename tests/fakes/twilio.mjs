// Twilio as twilio.com/docs describes it: Account SID and Auth Token by HTTP Basic, the SID once
// more in the path, form bodies in, JSON out.
import { basicCredentials, sendJson } from './http-server.mjs';
import { startFake } from './oauth-fake.mjs';

export async function startTwilio({
  accountSid = `AC${'0a'.repeat(16)}`,
  authToken = 'twilio-auth-token',
} = {}) {
  const account = (handler) => (call) => {
    const given = basicCredentials(call.request);
    if (given?.id !== accountSid || given.secret !== authToken || call.match[1] !== accountSid) {
      return sendJson(call.response, 401, {
        code: 20003,
        message: 'Authenticate',
        more_info: 'https://www.twilio.com/docs/errors/20003',
        status: 401,
      });
    }
    return handler(call);
  };
  const show = account((call) =>
    sendJson(call.response, 200, {
      sid: accountSid,
      friendly_name: 'Acme',
      status: 'active',
      type: 'Full',
    }),
  );
  const send = account((call) => {
    const form = call.form();
    if (!form.get('To'))
      return sendJson(call.response, 400, {
        code: 21604,
        message: "A 'To' phone number is required.",
        status: 400,
      });
    return sendJson(call.response, 201, {
      sid: `SM${'1b'.repeat(16)}`,
      status: 'queued',
      to: form.get('To'),
      body: form.get('Body'),
    });
  });
  return {
    ...(await startFake(
      [
        ['GET', /^\/2010-04-01\/Accounts\/(AC\w+)\.json$/, show],
        ['POST', /^\/2010-04-01\/Accounts\/(AC\w+)\/Messages\.json$/, send],
      ],
      (response) => sendJson(response, 404, { code: 20404, status: 404 }),
    )),
    hosts: ['api.twilio.com'],
    accountSid,
    authToken,
  };
}
