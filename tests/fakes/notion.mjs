// Notion as developers.notion.com describes it: JSON to the token endpoint with the client by
// Basic, Notion-Version on every request, token requests and revocation among them.
import { sendJson } from './http-server.mjs';
import { clientBy, oauthParts, startOauthProvider } from './oauth-provider.mjs';

const hasVersion = (call) =>
  /^\d{4}-\d\d-\d\d$/.test(call.request.headers['notion-version'] ?? '');

export async function startNotion() {
  const fail = (call, status, error, words) =>
    sendJson(call.response, status, { error, error_description: words, request_id: 'b8a1' });
  const profile = {
    clientId: '3c90c3cc-0d44-4b50-8888-8dd25736052a',
    clientSecret: 'notion-client-secret',
    authorize: /^\/v1\/oauth\/authorize()$/,
    token: /^\/v1\/oauth\/token()$/,
    isClient: clientBy.basic,
    authorizeNeeds: { owner: 'user' },
    tokenBody: 'json',
    tokenProblem: (call) => (hasVersion(call) ? undefined : 'Notion-Version is missing'),
    rotates: true,
    fail,
    answer: (tokens) => ({
      access_token: tokens.access,
      token_type: 'bearer',
      refresh_token: tokens.refresh,
      bot_id: 'b3414d65-1224-4155-8888-cc9d8773d6e1',
      workspace_id: '1565d4d7-2882-4156-8564-9d900c36f9f7',
      workspace_name: "Ada's Notion",
      workspace_icon: null,
      owner: {
        type: 'user',
        user: { object: 'user', id: 'u-1', person: { email: 'a@b.example' } },
      },
      duplicated_template_id: null,
    }),
  };
  const parts = oauthParts(profile);
  const versioned = (handler) => (call) =>
    hasVersion(call)
      ? handler(call)
      : sendJson(call.response, 400, { object: 'error', code: 'missing_version' });
  const refuse = (call) =>
    sendJson(call.response, 401, {
      object: 'error',
      status: 401,
      code: 'unauthorized',
      message: 'API token is invalid.',
    });
  const me = versioned(
    parts.api(
      (call) =>
        sendJson(call.response, 200, {
          object: 'user',
          id: 'b3414d65-1224-4155-8888-cc9d8773d6e1',
          type: 'bot',
          name: 'Tenon',
        }),
      { refuse },
    ),
  );
  const search = versioned(
    parts.api((call) => sendJson(call.response, 200, { object: 'list', results: [] }), { refuse }),
  );
  return startOauthProvider(
    profile,
    parts,
    [
      ['GET', /^\/v1\/users\/me$/, me],
      ['POST', /^\/v1\/search$/, search],
      ['POST', /^\/v1\/oauth\/revoke$/, versioned(parts.revoke)],
    ],
    { hosts: ['api.notion.com'] },
  );
}
