// HubSpot as developers.hubspot.com describes it: client id and secret in the form, tokens of half
// an hour, and a refresh that answers with the refresh token as it was.
import { sendJson } from './http-server.mjs';
import { clientBy, oauthParts, startOauthProvider } from './oauth-provider.mjs';

export async function startHubspot() {
  const profile = {
    clientId: 'hubspot-client-id',
    clientSecret: 'hubspot-client-secret',
    authorize: /^\/oauth\/authorize()$/,
    token: /^\/oauth\/2026-03\/token()$/,
    isClient: clientBy.body,
    fail: (call, status, error, words) =>
      sendJson(call.response, status, {
        status: error === 'invalid_grant' ? 'BAD_REFRESH_TOKEN' : 'BAD_CLIENT_ID',
        message: words,
        error,
        error_description: words,
      }),
    answer: (tokens) => ({
      token_type: 'bearer',
      access_token: tokens.access,
      refresh_token: tokens.refresh,
      expires_in: 1800,
      hub_id: 62515,
    }),
  };
  const parts = oauthParts(profile);
  const refuse = (call) =>
    sendJson(call.response, 401, { status: 'error', category: 'EXPIRED_AUTHENTICATION' });
  const details = parts.api(
    (call) =>
      sendJson(call.response, 200, {
        portalId: 62515,
        accountType: 'STANDARD',
        timeZone: 'US/Eastern',
        uiDomain: 'app.hubspot.com',
      }),
    { refuse },
  );
  const contacts = parts.api(
    (call) => sendJson(call.response, 200, { results: [{ id: '101' }] }),
    { refuse },
  );
  return startOauthProvider(
    profile,
    parts,
    [
      ['GET', /^\/account-info\/v3\/details$/, details],
      ['GET', /^\/crm\/v3\/objects\/contacts$/, contacts],
    ],
    { hosts: ['app.hubspot.com', 'api.hubapi.com'] },
  );
}
