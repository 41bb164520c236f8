// Zendesk as developer.zendesk.com describes it: everything under
// https://{subdomain}.zendesk.com. Loopback has no subdomains, so tests put the subdomain in
// front of the path: http://127.0.0.1:PORT/{subdomain}/oauth/….
import { bearerToken, sendJson } from './http-server.mjs';
import { Grants, randomText, startFake } from './oauth-fake.mjs';

export async function startZendesk({
  clientId = 'tenon_tests',
  clientSecret = 'zendesk-client-secret',
  subdomain = 'acme',
} = {}) {
  const grants = new Grants({ clientId, clientSecret });
  const fail = (call, status, error, text) =>
    sendJson(call.response, status, { error, error_description: text });
  const noSuchSite = (call) =>
    sendJson(call.response, 404, {
      error: {
        title: 'No help desk at this address',
        message: 'There is no help desk configured at this address.',
      },
    });

  const site = (handler) => (call) =>
    call.match[1] === subdomain ? handler(call) : noSuchSite(call);

  // Takes JSON, as documented, and forms, which the real endpoint accepts as well.
  function token(call) {
    const isJson = /json/.test(call.request.headers['content-type'] ?? '');
    const fields = isJson ? call.json() : Object.fromEntries(call.form());
    if (!grants.isClient(call, fields))
      return fail(call, 401, 'invalid_client', 'Client authentication failed');
    const grant =
      fields.grant_type === 'refresh_token'
        ? grants.refreshTokens.get(fields.refresh_token)
        : grants.spendCode(fields.code);
    if (!grant || (fields.code && fields.redirect_uri !== grant.redirectUri)) {
      return fail(
        call,
        400,
        'invalid_grant',
        'The provided authorization grant is invalid or expired',
      );
    }
    if (fields.refresh_token) grants.refreshTokens.delete(fields.refresh_token);
    const accessToken = randomText(24);
    const refreshToken = randomText(24);
    grants.accessTokens.set(accessToken, grant);
    grants.refreshTokens.set(refreshToken, grant);
    return sendJson(call.response, 200, {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'bearer',
      scope: grant.scope,
      expires_in: 172800,
      refresh_token_expires_in: 2592000,
    });
  }

  const api = (handler) =>
    site((call) => {
      const given = bearerToken(call.request);
      if (!given) return sendJson(call.response, 401, { error: "Couldn't authenticate you" });
      if (!grants.accessTokens.has(given)) {
        return sendJson(call.response, 401, {
          error: 'invalid_token',
          error_description:
            'The access token provided is expired, revoked, malformed or invalid for other reasons.',
        });
      }
      return handler(call);
    });
  const me = api((call) =>
    sendJson(call.response, 200, {
      user: {
        id: 35436,
        name: 'Ada Lovelace',
        email: 'ada@example.com',
        role: 'admin',
        url: `https://${subdomain}.zendesk.com/api/v2/users/35436.json`,
      },
    }),
  );
  const tickets = api((call) =>
    sendJson(
      call.response,
      200,
      { tickets: [{ id: 2, subject: 'Hello' }], next_page: null, previous_page: null, count: 1 },
      { 'x-rate-limit': '700', 'x-rate-limit-remaining': '699' },
    ),
  );
  const newTicket = api((call) =>
    sendJson(
      call.response,
      201,
      { ticket: { id: 3, ...call.json().ticket } },
      { location: `https://${subdomain}.zendesk.com/api/v2/tickets/3.json` },
    ),
  );

  return {
    ...(await startFake(
      [
        ['GET', /^\/([^/]+)\/oauth\/authorizations\/new$/, site((call) => grants.approve(call))],
        ['POST', /^\/([^/]+)\/oauth\/tokens$/, site(token)],
        ['GET', /^\/([^/]+)\/api\/v2\/users\/me(?:\.json)?$/, me],
        ['GET', /^\/([^/]+)\/api\/v2\/tickets(?:\.json)?$/, tickets],
        ['POST', /^\/([^/]+)\/api\/v2\/tickets(?:\.json)?$/, newTicket],
      ],
      (response) => sendJson(response, 404, { error: 'RecordNotFound', description: 'Not found' }),
    )),
    sites: ['zendesk.com'],
    subdomain,
    clientId,
    clientSecret,
    grants,
  };
}
