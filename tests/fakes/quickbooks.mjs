// QuickBooks Online as developer.intuit.com describes it: the redirect names the company (realmId),
// the client shows who it is by Basic, refresh tokens change, revocation takes JSON.
import { sendJson } from './http-server.mjs';
import { clientBy, oauthParts, startOauthProvider } from './oauth-provider.mjs';

export async function startQuickbooks({ realmId = '9130355377388383' } = {}) {
  const profile = {
    clientId: 'quickbooks-client-id',
    clientSecret: 'quickbooks-client-secret',
    authorize: /^\/connect\/oauth2()$/,
    token: /^\/oauth2\/v1\/tokens\/bearer()$/,
    isClient: clientBy.basic,
    callback: () => ({ realmId }),
    rotates: true,
    answer: (tokens) => ({
      token_type: 'bearer',
      expires_in: 3600,
      refresh_token: tokens.refresh,
      x_refresh_token_expires_in: 8726400,
      access_token: tokens.access,
    }),
  };
  const parts = oauthParts(profile);
  const company = parts.api(
    (call) => {
      if (call.match[1] !== realmId || call.match[2] !== realmId)
        return sendJson(call.response, 403, { fault: { type: 'AUTHENTICATION' } });
      if (!/json/.test(call.request.headers.accept ?? ''))
        return call.response
          .writeHead(200, { 'content-type': 'text/xml' })
          .end('<IntuitResponse/>');
      return sendJson(call.response, 200, {
        CompanyInfo: { CompanyName: 'Acme Books', Country: 'US', Id: '1' },
      });
    },
    {
      refuse: (call) =>
        sendJson(call.response, 401, {
          fault: { type: 'AUTHENTICATION', error: [{ code: '3200' }] },
        }),
    },
  );
  function revoke(call) {
    if (!/^application\/json/.test(call.request.headers['content-type'] ?? ''))
      return sendJson(call.response, 415, {});
    return parts.revoke(call);
  }
  const fake = await startOauthProvider(
    profile,
    parts,
    [
      ['GET', /^\/v3\/company\/(\d+)\/companyinfo\/(\d+)$/, company],
      ['POST', /^\/v2\/oauth2\/tokens\/revoke$/, revoke],
    ],
    {
      hosts: [
        'appcenter.intuit.com',
        'oauth.platform.intuit.com',
        'developer.api.intuit.com',
        'quickbooks.api.intuit.com',
      ],
    },
  );
  return { ...fake, realmId };
}
