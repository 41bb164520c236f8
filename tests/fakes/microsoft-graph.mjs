// Microsoft identity platform and Graph as learn.microsoft.com describes them: the tenant in the
// path, refresh tokens only with offline_access, a new one with each refresh, throttling with
// Retry-After.
import { sendJson } from './http-server.mjs';
import { clientBy, oauthParts, startOauthProvider } from './oauth-provider.mjs';

export async function startMicrosoftGraph() {
  const profile = {
    clientId: '00001111-aaaa-2222-bbbb-3333cccc4444',
    clientSecret: 'microsoft-client-secret',
    authorize: /^\/([^/]+)\/oauth2\/v2\.0\/authorize$/,
    token: /^\/([^/]+)\/oauth2\/v2\.0\/token$/,
    isClient: clientBy.body,
    authorizeNeeds: { response_mode: 'query' },
    offline: (grant) => grant.scope.split(' ').includes('offline_access'),
    rotates: true,
    answer: (tokens, grant) => ({
      token_type: 'Bearer',
      scope: grant.scope.replace('offline_access ', ''),
      expires_in: 3736,
      ext_expires_in: 3736,
      access_token: tokens.access,
      refresh_token: tokens.refresh,
    }),
  };
  const parts = oauthParts(profile);
  const state = { throttled: 0 };
  const refuse = (call) =>
    sendJson(call.response, 401, { error: { code: 'InvalidAuthenticationToken' } });
  const me = parts.api(
    (call) =>
      sendJson(call.response, 200, {
        '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users/$entity',
        id: '87d349ed-44d7-43e1-9a83-5f2406dee5bd',
        displayName: 'Adele Vance',
        userPrincipalName: 'AdeleV@example.com',
      }),
    { refuse },
  );
  const messages = parts.api(
    (call) => {
      if (state.throttled > 0) {
        state.throttled -= 1;
        return sendJson(
          call.response,
          429,
          { error: { code: 'TooManyRequests' } },
          { 'retry-after': '0' },
        );
      }
      return sendJson(call.response, 200, { value: [{ subject: 'Hello' }] });
    },
    { refuse },
  );
  const fake = await startOauthProvider(
    profile,
    parts,
    [
      ['GET', /^\/v1\.0\/me$/, me],
      ['GET', /^\/v1\.0\/me\/messages$/, messages],
    ],
    { hosts: ['login.microsoftonline.com', 'graph.microsoft.com'] },
  );
  return Object.assign(fake, { throttle: (times) => (state.throttled = times) });
}
