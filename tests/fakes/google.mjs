// Google as developers.google.com/identity describes it for web server apps: a refresh token only
// with access_type=offline (and on a repeated consent only with prompt=consent), never a new one
// on refresh; errors of the token endpoint per OAuth, of the APIs as {error: {code, message,
// status}}.
import { createHash } from 'node:crypto';
import { bearerToken, sendJson } from './http-server.mjs';
import { Grants, randomText, startFake } from './oauth-fake.mjs';

export async function startGoogle({
  clientId = '1234.apps.googleusercontent.com',
  clientSecret = 'google-client-secret',
} = {}) {
  const grants = new Grants({ clientId, clientSecret });
  let hasConsented = false;
  const fail = (call, error, text, status = 400) =>
    sendJson(call.response, status, { error, error_description: text });

  function authorize(call) {
    const query = call.url.searchParams;
    if (query.get('response_type') !== 'code')
      return call.response.writeHead(400).end('invalid_request');
    const isOffline =
      query.get('access_type') === 'offline' &&
      (!hasConsented || query.get('prompt') === 'consent');
    hasConsented = true;
    return grants.approve(call, { isOffline });
  }

  function issue(call, grant, extra = {}) {
    const accessToken = `ya29.${randomText()}`;
    grants.accessTokens.set(accessToken, grant);
    return sendJson(
      call.response,
      200,
      {
        access_token: accessToken,
        expires_in: 3599,
        scope: grant.scope,
        token_type: 'Bearer',
        ...extra,
      },
      { 'cache-control': 'no-cache, no-store, max-age=0, must-revalidate' },
    );
  }

  function exchangeCode(call, fields) {
    const grant = grants.spendCode(fields.get('code'));
    if (!grant) return fail(call, 'invalid_grant', 'Malformed auth code.');
    if (fields.get('redirect_uri') !== grant.redirectUri)
      return fail(call, 'redirect_uri_mismatch', 'Bad Request');
    const challenge = createHash('sha256')
      .update(fields.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant.challenge && challenge !== grant.challenge)
      return fail(call, 'invalid_grant', 'Invalid code verifier.');
    if (!grant.isOffline) return issue(call, grant);
    const refreshToken = `1//${randomText()}`;
    grants.refreshTokens.set(refreshToken, grant);
    return issue(call, grant, { refresh_token: refreshToken });
  }

  function token(call) {
    const fields = call.form();
    if (!grants.isClient(call))
      return fail(call, 'invalid_client', 'The OAuth client was not found.', 401);
    if (fields.get('grant_type') === 'authorization_code') return exchangeCode(call, fields);
    if (fields.get('grant_type') !== 'refresh_token') {
      return fail(
        call,
        'unsupported_grant_type',
        `Invalid grant_type: ${fields.get('grant_type')}`,
      );
    }
    const grant = grants.refreshTokens.get(fields.get('refresh_token'));
    return grant
      ? issue(call, grant)
      : fail(call, 'invalid_grant', 'Token has been expired or revoked.');
  }

  function revoke(call) {
    const given = call.form().get('token') ?? call.url.searchParams.get('token');
    const known = grants.accessTokens.delete(given) || grants.refreshTokens.delete(given);
    return known
      ? sendJson(call.response, 200, {})
      : fail(call, 'invalid_token', 'Token expired or revoked');
  }

  const api = (handler) => (call) => {
    const grant = grants.accessTokens.get(bearerToken(call.request));
    if (grant) return handler(call, grant);
    return sendJson(
      call.response,
      401,
      {
        error: {
          code: 401,
          status: 'UNAUTHENTICATED',
          message:
            'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other ' +
            'valid authentication credential.',
        },
      },
      { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' },
    );
  };
  const userInfo = api((call) =>
    sendJson(call.response, 200, {
      sub: '110169484474386276334',
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      email_verified: true,
    }),
  );
  const calendars = api((call) =>
    sendJson(
      call.response,
      200,
      {
        kind: 'calendar#calendarList',
        etag: '"p33c"',
        items: [{ id: 'ada@example.com', summary: 'Ada' }],
      },
      { etag: '"p33c"' },
    ),
  );
  const files = api((call) =>
    sendJson(call.response, 200, {
      kind: 'drive#fileList',
      incompleteSearch: false,
      files: [{ id: '1BxiM', name: 'Notes' }],
    }),
  );
  const about = api((call) =>
    sendJson(call.response, 200, {
      user: { displayName: 'Ada Lovelace', permissionId: '0571', emailAddress: 'ada@example.com' },
    }),
  );

  return {
    ...(await startFake(
      [
        ['GET', /^\/o\/oauth2\/v2\/auth$/, authorize],
        ['POST', /^\/token$/, token],
        ['POST', /^\/revoke$/, revoke],
        ['GET', /^\/(oauth2\/v[123]|v1)\/userinfo$/, userInfo],
        ['GET', /^\/calendar\/v3\/users\/me\/calendarList$/, calendars],
        ['GET', /^\/drive\/v3\/files$/, files],
        ['GET', /^\/drive\/v3\/about$/, about],
      ],
      (response) =>
        sendJson(response, 404, {
          error: { code: 404, message: 'Not Found', status: 'NOT_FOUND' },
        }),
    )),
    hosts: [
      'accounts.google.com',
      'oauth2.googleapis.com',
      'www.googleapis.com',
      'openidconnect.googleapis.com',
    ],
    clientId,
    clientSecret,
    grants,
    expireAccessTokens: () => grants.accessTokens.clear(),
  };
}
