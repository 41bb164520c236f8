// Shopify as shopify.dev describes it: everything under the shop's own host, scopes with commas,
// expiring offline tokens only for those who ask (expiring=1), and a header of its own for calls.
import { sendJson } from './http-server.mjs';
import { clientBy, oauthParts, startOauthProvider } from './oauth-provider.mjs';

export async function startShopify({ shop = 'acme-store' } = {}) {
  const profile = {
    clientId: 'shopify-client-id',
    clientSecret: 'shopify-client-secret',
    authorize: /^\/([^/]+)\/admin\/oauth\/authorize$/,
    token: /^\/([^/]+)\/admin\/oauth\/access_token$/,
    isClient: clientBy.body,
    authorizeNeeds: { scope: 'read_products,read_orders' },
    tokenProblem: (_call, fields) =>
      fields.grant_type === 'authorization_code' && fields.expiring !== '1'
        ? 'non-expiring tokens are no longer accepted'
        : undefined,
    callback: (call) => ({
      shop: `${call.match[1]}.myshopify.com`,
      hmac: '0'.repeat(64),
      timestamp: '1337178173',
    }),
    rotates: true,
    answer: (tokens, grant) => ({
      access_token: tokens.access,
      scope: grant.scope,
      expires_in: 3600,
      refresh_token: tokens.refresh,
      refresh_token_expires_in: 7776000,
    }),
  };
  const parts = oauthParts(profile);
  const withToken = {
    tokenOf: (call) => call.request.headers['x-shopify-access-token'],
    refuse: (call) =>
      sendJson(call.response, 401, {
        errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
      }),
  };
  const graphql = parts.api((call) => {
    if (!/\bshop\b/.test(call.json().query)) return sendJson(call.response, 200, { errors: [] });
    return sendJson(call.response, 200, {
      data: { shop: { id: 'gid://shopify/Shop/1', name: 'Acme Store' } },
    });
  }, withToken);
  const uninstall = parts.api((call) => {
    parts.grants.accessTokens.clear();
    parts.grants.refreshTokens.clear();
    call.response.writeHead(200).end();
  }, withToken);
  const fake = await startOauthProvider(
    profile,
    parts,
    [
      ['POST', /^\/([^/]+)\/admin\/api\/2026-07\/graphql\.json$/, graphql],
      ['DELETE', /^\/([^/]+)\/admin\/api_permissions\/current\.json$/, uninstall],
    ],
    { sites: ['myshopify.com'] },
  );
  return { ...fake, shop };
}
