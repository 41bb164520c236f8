// Mailchimp as mailchimp.com/developer describes it: tokens that never expire (expires_in 0), and a
// metadata endpoint, asked with "Authorization: OAuth …", that names the account's data center.
import { sendJson } from './http-server.mjs';
import { clientBy, oauthParts, startOauthProvider } from './oauth-provider.mjs';

export async function startMailchimp({ dc = 'us6' } = {}) {
  const profile = {
    clientId: '635959587059',
    clientSecret: 'mailchimp-client-secret',
    authorize: /^\/oauth2\/authorize()$/,
    token: /^\/oauth2\/token()$/,
    isClient: clientBy.body,
    offline: () => false,
    answer: (tokens) => ({ access_token: tokens.access, expires_in: 0, scope: null }),
  };
  const parts = oauthParts(profile);
  const metadata = parts.api(
    (call) =>
      sendJson(call.response, 200, {
        dc,
        role: 'owner',
        accountname: 'Acme',
        user_id: 15,
        login: { email: 'ada@example.com', login_id: 15, login_name: 'ada' },
        login_url: 'https://login.mailchimp.com',
        api_endpoint: `https://${dc}.api.mailchimp.com`,
      }),
    {
      tokenOf: (call) => /^OAuth (.+)$/.exec(call.request.headers.authorization ?? '')?.[1],
      refuse: (call) => sendJson(call.response, 200, { error: 'invalid_token' }),
    },
  );
  const lists = parts.api(
    (call) =>
      call.match[1] === dc
        ? sendJson(call.response, 200, { lists: [{ id: 'a1', name: 'Readers' }], total_items: 1 })
        : sendJson(call.response, 403, { title: 'Wrong Datacenter', status: 403 }),
    {
      refuse: (call) => sendJson(call.response, 401, { title: 'API Key Invalid', status: 401 }),
    },
  );
  return startOauthProvider(
    profile,
    parts,
    [
      ['GET', /^\/oauth2\/metadata$/, metadata],
      ['GET', /^\/([^/]+)\/3\.0\/lists$/, lists],
    ],
    { hosts: ['login.mailchimp.com'], sites: ['api.mailchimp.com'] },
  );
}
