// Dropbox as its OAuth guide and HTTP documentation describe it: a refresh token only for
// token_access_type=offline, calls are POSTs with JSON, and a token revokes itself.
import { sendJson } from './http-server.mjs';
import { clientBy, oauthParts, startOauthProvider } from './oauth-provider.mjs';

export async function startDropbox() {
  const profile = {
    clientId: 'dropbox-app-key',
    clientSecret: 'dropbox-app-secret',
    authorize: /^\/oauth2\/authorize()$/,
    token: /^\/oauth2\/token()$/,
    isClient: clientBy.body,
    offline: (grant) => grant.query.get('token_access_type') === 'offline',
    answer: (tokens, grant) => ({
      access_token: tokens.access,
      token_type: 'bearer',
      expires_in: 14400,
      refresh_token: tokens.refresh,
      scope: grant.scope,
      uid: '12345',
      account_id: 'dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc',
    }),
  };
  const parts = oauthParts(profile);
  const refuse = (call) =>
    sendJson(call.response, 401, {
      error_summary: 'expired_access_token/...',
      error: { '.tag': 'expired_access_token' },
    });
  const json = (handler) =>
    parts.api(
      (call, grant) =>
        call.request.headers['content-type'] === 'application/json'
          ? handler(call, grant)
          : call.response.writeHead(400).end('Bad HTTP "Content-Type" header'),
      { refuse },
    );
  const check = json((call) => sendJson(call.response, 200, { result: call.json().query }));
  const account = json((call) => {
    if (call.body !== 'null') return call.response.writeHead(400).end('could not decode input');
    return sendJson(call.response, 200, {
      account_id: 'dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc',
      name: { display_name: 'Ada Lovelace' },
      email: 'ada@example.com',
    });
  });
  const list = json((call) => sendJson(call.response, 200, { entries: [], has_more: false }));
  // The token that is revoked is the one that the call carries; there is no body.
  const revoke = parts.api((call) => {
    if (call.body !== '') return call.response.writeHead(400).end('unexpected body');
    parts.grants.accessTokens.clear();
    parts.grants.refreshTokens.clear();
    return sendJson(call.response, 200, null);
  });
  return startOauthProvider(
    profile,
    parts,
    [
      ['POST', /^\/2\/check\/user$/, check],
      ['POST', /^\/2\/users\/get_current_account$/, account],
      ['POST', /^\/2\/files\/list_folder$/, list],
      ['POST', /^\/2\/auth\/token\/revoke$/, revoke],
    ],
    { hosts: ['www.dropbox.com', 'api.dropboxapi.com'] },
  );
}
