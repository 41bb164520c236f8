// Jira Cloud as developer.atlassian.com describes it (OAuth 2.0 3LO): an audience and a prompt on
// the authorization page, JSON to the token endpoint, the site's cloud id from
// accessible-resources, rotating refresh tokens whose second use answers 403.
import { sendJson } from './http-server.mjs';
import { clientBy, oauthParts, startOauthProvider } from './oauth-provider.mjs';

export async function startJira({ cloudId = '1324a887-45db-1bf4-1e99-ef0ff456d421' } = {}) {
  const profile = {
    clientId: 'jira-client-id',
    clientSecret: 'jira-client-secret',
    authorize: /^\/authorize()$/,
    token: /^\/oauth\/token()$/,
    isClient: clientBy.body,
    authorizeNeeds: { audience: 'api.atlassian.com', prompt: 'consent' },
    tokenBody: 'json',
    offline: (grant) => grant.scope.split(' ').includes('offline_access'),
    rotates: true,
    deadStatus: 403,
    answer: (tokens, grant) => ({
      access_token: tokens.access,
      refresh_token: tokens.refresh,
      expires_in: 3600,
      scope: grant.scope,
      token_type: 'Bearer',
    }),
  };
  const parts = oauthParts(profile);
  const refuse = (call) => sendJson(call.response, 401, { code: 401, message: 'Unauthorized' });
  const sites = parts.api(
    (call) =>
      sendJson(call.response, 200, [
        {
          id: cloudId,
          name: 'acme',
          url: 'https://acme.atlassian.net',
          scopes: ['read:jira-work'],
        },
      ]),
    { refuse },
  );
  const myself = parts.api(
    (call) =>
      call.match[1] === cloudId
        ? sendJson(call.response, 200, { accountId: '5b10', displayName: 'Ada' })
        : sendJson(call.response, 404, { code: 404 }),
    { refuse },
  );
  return startOauthProvider(
    profile,
    parts,
    [
      ['GET', /^\/oauth\/token\/accessible-resources$/, sites],
      ['GET', /^\/ex\/jira\/([^/]+)\/rest\/api\/3\/myself$/, myself],
    ],
    { hosts: ['auth.atlassian.com', 'api.atlassian.com'] },
  );
}
