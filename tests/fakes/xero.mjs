// Xero as developer.xero.com describes it: one login may open several organisations, /connections
// lists them, and each call names its own with Xero-tenant-id. Refresh tokens change with each use.
import { sendJson } from './http-server.mjs';
import { clientBy, oauthParts, startOauthProvider } from './oauth-provider.mjs';

export async function startXero({ tenantId = 'fe79f7dd-b6d4-4a92-ba7b-538af6289c58' } = {}) {
  const profile = {
    clientId: 'xero-client-id',
    clientSecret: 'xero-client-secret',
    authorize: /^\/identity\/connect\/authorize()$/,
    token: /^\/connect\/token()$/,
    isClient: clientBy.basic,
    offline: (grant) => grant.scope.split(' ').includes('offline_access'),
    rotates: true,
    answer: (tokens, grant) => ({
      access_token: tokens.access,
      expires_in: 1800,
      token_type: 'Bearer',
      refresh_token: tokens.refresh,
      scope: grant.scope,
    }),
  };
  const parts = oauthParts(profile);
  const refuse = (call) =>
    sendJson(call.response, 401, { Title: 'Unauthorized', Status: 401, Detail: 'TokenExpired' });
  const connections = parts.api(
    (call) =>
      sendJson(call.response, 200, [
        {
          id: '7cb59f93-2964-421d-bb5e-a0f7a4572a44',
          tenantId,
          tenantName: 'Demo Company (NZ)',
          tenantType: 'ORGANISATION',
        },
      ]),
    { refuse },
  );
  const contacts = parts.api(
    (call) =>
      call.request.headers['xero-tenant-id'] === tenantId
        ? sendJson(call.response, 200, { Contacts: [{ Name: 'Ridgeway' }] })
        : sendJson(call.response, 403, {
            Title: 'Forbidden',
            Detail: 'AuthenticationUnsuccessful',
          }),
    { refuse },
  );
  const fake = await startOauthProvider(
    profile,
    parts,
    [
      ['GET', /^\/connections$/, connections],
      ['GET', /^\/api\.xro\/2\.0\/Contacts$/, contacts],
      ['POST', /^\/connect\/revocation$/, parts.revoke],
    ],
    { hosts: ['login.xero.com', 'identity.xero.com', 'api.xero.com'] },
  );
  return { ...fake, tenantId };
}
