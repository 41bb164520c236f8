// Salesforce as its OAuth and REST guides describe it: the token answer names the instance that
// the API lives on, says nothing of an expiry, and a refresh brings no refresh token.
import { sendJson } from './http-server.mjs';
import { clientBy, oauthParts, startOauthProvider } from './oauth-provider.mjs';

export async function startSalesforce() {
  const profile = {
    clientId: 'salesforce-consumer-key',
    clientSecret: 'salesforce-consumer-secret',
    authorize: /^\/(login|test)\/services\/oauth2\/authorize$/,
    token: /^\/(login|test)\/services\/oauth2\/token$/,
    isClient: clientBy.body,
    offline: (grant) => grant.scope.split(' ').includes('refresh_token'),
    answer: (tokens, grant, call) => ({
      access_token: tokens.access,
      refresh_token: tokens.refresh,
      signature: 'c2lnbmF0dXJl',
      scope: grant.scope,
      instance_url: `http://${call.request.headers.host}/na1`,
      id: `https://login.salesforce.com/id/00Dx0000000BV7z/005x00000012Q9P`,
      token_type: 'Bearer',
      issued_at: '1708058728442',
    }),
  };
  const parts = oauthParts(profile);
  const refuse = (call) =>
    sendJson(call.response, 401, [
      { message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' },
    ]);
  const userinfo = parts.api(
    (call) =>
      sendJson(call.response, 200, {
        user_id: '005x00000012Q9P',
        organization_id: '00Dx0000000BV7z',
        preferred_username: 'ada@example.com',
      }),
    { refuse },
  );
  const query = parts.api(
    (call) =>
      sendJson(call.response, 200, { totalSize: 1, done: true, records: [{ Name: 'Acme' }] }),
    { refuse },
  );
  // Takes the token alone, without a client.
  function revoke(call) {
    parts.grants.refreshTokens.delete(call.form().get('token'));
    call.response.writeHead(200).end();
  }
  return startOauthProvider(
    profile,
    parts,
    [
      ['GET', /^\/na1\/services\/oauth2\/userinfo$/, userinfo],
      ['GET', /^\/na1\/services\/data\/v62\.0\/query$/, query],
      ['POST', /^\/(login|test)\/services\/oauth2\/revoke$/, revoke],
    ],
    { sites: ['salesforce.com'] },
  );
}
