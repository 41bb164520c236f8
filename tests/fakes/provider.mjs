// A made-up app provider: a real OAuth 2 server (oidc-provider, certified) with a consent page,
// and a resource API beside it on the same origin. Grants: authorization code with PKCE, refresh
// with rotation and reuse detection, client credentials, password. Revocation per RFC 7009.
//
//   const provider = await startProvider();
//   const client = provider.addClient({ redirectUris: [...] });        // {clientId, clientSecret}
//   provider.switches.tokenStatus = 503;  // and other ways to misbehave
//   const release = provider.holdTokens();  // the token endpoint is slow
//   provider.tokenCalls  // every call of the token endpoint
//
// Run by itself (`make provider`) it prints its addresses and an app's id and secret; the
// README's walk uses it.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Provider } from 'oidc-provider';
import { readForm, sendJson, startHttpServer } from './http-server.mjs';
import { MemoryStore } from './memory-adapter.mjs';
import { makeResourceApi } from './resource-api.mjs';

const scopes = ['openid', 'offline_access', 'contacts.read', 'contacts.write'];
const passwords = new Map([
  ['ada', 'correct horse'],
  ['grace', 'battery staple'],
]);

// `acceptAnyRedirect`: a client's redirect URIs grow by what it asks for, as long as it is on
// this machine; for demos, where nobody registers the redirect URI that Tenon shows.
// `name` stands on the consent page.
export async function startProvider({
  port,
  acceptAnyRedirect = false,
  name = 'Made-up CRM',
} = {}) {
  const switches = {
    accessTokenSeconds: 3600,
    tokenStatus: undefined, // 503, 429 …: answered instead of a token
    tokenRetryAfter: undefined, // Retry-After of that answer
    tokenError: undefined, // 'invalid_grant' …: answered with 400
    dropTokenAnswer: false, // the grant is made, and the connection cut in place of an answer
    holdTokenAnswer: false, // the grant is made, and no answer ever comes
    omitExpiresIn: false,
    keepRefreshToken: false, // no rotation: answers to a refresh carry no new refresh token
    requirePkce: true,
  };
  const tokenCalls = []; // {grantType, clientId, refreshToken, authorization, contentType, status, at}
  let tokenGate; // a promise that token requests wait for
  const revocations = []; // tokens sent to the revocation endpoint
  const store = new MemoryStore();
  const http = await startHttpServer(
    (request, response, url) => route(request, response, url),
    port,
  );
  const oauth = makeOAuthServer(http.origin, store, switches);
  const answerOAuth = oauth.callback();
  const api = makeResourceApi((request) => findToken(oauth, request));

  async function route(request, response, url) {
    if (url.pathname.startsWith('/api/')) return api.handle(request, response, url);
    if (url.pathname.startsWith('/interaction/'))
      return interaction(oauth, request, response, url, name);
    if (url.pathname === '/token') return tokenEndpoint(request, response);
    if (url.pathname === '/token/revocation') recordRevocation(request);
    if (url.pathname === '/auth' && acceptAnyRedirect) registerRedirect(url);
    if (/^\/auth(\/|$)/.test(url.pathname)) forgetSession(request);
    return answerOAuth(request, response);
  }

  async function tokenEndpoint(request, response) {
    const call = {
      at: Date.now(),
      authorization: request.headers.authorization?.split(' ')[0],
      contentType: request.headers['content-type'],
      headers: request.headers,
    };
    tokenCalls.push(call);
    request.call = call;
    await tokenGate;
    if (switches.tokenStatus || switches.tokenError) {
      call.form = Object.fromEntries(await readForm(request));
      call.grantType = call.form.grant_type;
      call.refreshToken = call.form.refresh_token;
      call.status = switches.tokenStatus ?? 400;
      const headers = switches.tokenRetryAfter
        ? { 'retry-after': String(switches.tokenRetryAfter) }
        : {};
      return sendJson(
        response,
        call.status,
        { error: switches.tokenError ?? 'temporarily_unavailable' },
        headers,
      );
    }
    if (switches.holdTokenAnswer) {
      response.end = () => response;
    } else if (switches.dropTokenAnswer) {
      response.end = () => {
        request.socket.destroy();
        return response;
      };
    }
    return answerOAuth(request, response);
  }

  // The page asks who it is each time, also in a browser that has been here: a person may connect
  // several accounts.
  function forgetSession(request) {
    const cookies = (request.headers.cookie ?? '')
      .split('; ')
      .filter((cookie) => !cookie.startsWith('_session'));
    request.headers.cookie = cookies.join('; ');
  }

  function registerRedirect(url) {
    const redirectUri = url.searchParams.get('redirect_uri') ?? '';
    const client = store.model('Client').get(url.searchParams.get('client_id'));
    if (client && /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(redirectUri)) {
      client.payload.redirect_uris.push(redirectUri);
    }
  }

  function recordRevocation(request) {
    request.revocations = revocations;
  }

  return {
    ...http,
    api,
    switches,
    tokenCalls,
    revocations,
    authorizationUrl: `${http.origin}/auth`,
    tokenUrl: `${http.origin}/token`,
    revocationUrl: `${http.origin}/token/revocation`,
    apiUrl: `${http.origin}/api`,
    passwords,
    refreshCalls: () => tokenCalls.filter((call) => call.grantType === 'refresh_token'),
    addClient: (options) => addClient(store, options),
    // Token requests arrive and wait, until the function that this gives is called.
    holdTokens: () => {
      let release;
      tokenGate = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    // Every access token is refused from now on, although none has expired; refresh tokens stay
    // good.
    forgetAccessTokens: () => store.clear(['AccessToken', 'ClientCredentials']),
    // As when the user removes the app at the provider: nothing works until they connect again.
    revokeAllGrants: () =>
      store.clear(['AccessToken', 'RefreshToken', 'Grant', 'ClientCredentials']),
  };
}

function addClient(
  store,
  {
    clientId = `app-${randomBytes(4).toString('hex')}`,
    redirectUris = [],
    clientSecret = `${randomBytes(12).toString('hex')}&+/ %`,
    tokenAuthentication = 'client_secret_basic',
    grantTypes = ['authorization_code', 'refresh_token', 'client_credentials', 'password'],
  } = {},
) {
  const usesCode = grantTypes.includes('authorization_code');
  const payload = {
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: ['http://127.0.0.1/unused', ...redirectUris],
    grant_types: grantTypes,
    response_types: usesCode ? ['code'] : [],
    token_endpoint_auth_method: tokenAuthentication,
    scope: scopes.join(' '),
  };
  store.model('Client').set(clientId, { payload, expiresAt: Infinity });
  return {
    clientId,
    clientSecret,
    // Tenon's redirect URI holds the integration's id, so it is known only after the integration
    // is saved.
    addRedirectUri: (uri) => payload.redirect_uris.push(uri),
  };
}

function makeOAuthServer(issuer, store, switches) {
  const oauth = new Provider(issuer, {
    adapter: store.adapterClass(),
    clients: [],
    scopes,
    cookies: { keys: [randomBytes(16).toString('hex')] },
    jwks: {
      keys: [
        generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
      ],
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      introspection: { enabled: true },
    },
    pkce: { methods: ['S256'], required: () => switches.requirePkce },
    interactions: { url: (_ctx, started) => `/interaction/${started.uid}` },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: () => !switches.keepRefreshToken,
    clientBasedCORS: () => false,
    renderError: (ctx, out) => {
      ctx.type = 'text/plain';
      ctx.body = `${out.error}: ${out.error_description}`;
    },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, email: `${id}@example.com` }),
    }),
    ttl: {
      AccessToken: () => switches.accessTokenSeconds,
      ClientCredentials: () => switches.accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: 86400,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 86400,
      Session: 86400,
    },
  });
  oauth.registerGrantType(
    'password',
    (ctx, next) => passwordGrant(oauth, ctx, next),
    ['username', 'password', 'scope'],
    [],
  );
  oauth.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route === 'revocation') ctx.req.revocations?.push(ctx.oidc.params.token);
    if (ctx.oidc?.route !== 'token' || !ctx.req.call) return;
    const { params } = ctx.oidc;
    Object.assign(ctx.req.call, {
      grantType: params.grant_type,
      clientId: ctx.oidc.client?.clientId,
      refreshToken: params.refresh_token,
      codeVerifier: params.code_verifier,
      scope: params.scope,
      status: ctx.status,
      answer: ctx.body,
    });
    if (switches.omitExpiresIn && ctx.body) delete ctx.body.expires_in;
    if (switches.keepRefreshToken && params.grant_type === 'refresh_token' && ctx.body)
      delete ctx.body.refresh_token;
  });
  return oauth;
}

// RFC 6749 §4.3, which oidc-provider leaves out on purpose.
async function passwordGrant(oauth, ctx, next) {
  const { client, params } = ctx.oidc;
  if (passwords.get(params.username) !== params.password || !params.password) {
    ctx.status = 400;
    ctx.body = { error: 'invalid_grant', error_description: 'wrong username or password' };
    return next();
  }
  const grant = new oauth.Grant({ accountId: params.username, clientId: client.clientId });
  grant.addOIDCScope(scopes.join(' '));
  const grantId = await grant.save();
  const common = {
    accountId: params.username,
    client,
    grantId,
    gty: 'password',
    scope: params.scope,
  };
  const accessToken = new oauth.AccessToken(common);
  const refreshToken = new oauth.RefreshToken({ ...common, rotations: 0 });
  ctx.body = {
    access_token: await accessToken.save(),
    refresh_token: await refreshToken.save(),
    token_type: 'Bearer',
    expires_in: accessToken.expiration,
    scope: params.scope,
  };
  return next();
}

async function findToken(oauth, request) {
  const value = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (!value) return undefined;
  const token =
    (await oauth.AccessToken.find(value)) ?? (await oauth.ClientCredentials.find(value));
  if (!token || token.isExpired) return undefined;
  return {
    account: token.accountId ?? token.clientId,
    clientId: token.clientId,
    scopes: token.scope,
  };
}

// One page for signing in and consent: a name, Allow and Deny.
async function interaction(oauth, request, response, url, name) {
  const details = await oauth.interactionDetails(request, response);
  const { params } = details;
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    return response.end(consentPage(url.pathname, params, name));
  }
  const form = await readForm(request);
  if (form.get('decision') !== 'allow') {
    const refusal = { error: 'access_denied', error_description: 'The user said no.' };
    return oauth.interactionFinished(request, response, refusal, {
      mergeWithLastSubmission: false,
    });
  }
  const accountId = form.get('account');
  const grant = new oauth.Grant({ accountId, clientId: params.client_id });
  if (params.scope) grant.addOIDCScope(params.scope);
  const grantId = await grant.save();
  return oauth.interactionFinished(
    request,
    response,
    { login: { accountId }, consent: { grantId } },
    { mergeWithLastSubmission: false },
  );
}

function consentPage(path, params, name) {
  const escape = (text) =>
    String(text ?? '').replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(name)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem}
input,button{font:inherit;padding:.5rem .9rem}label{display:block;margin:0 0 1rem}</style>
<h1>${escape(name)}</h1>
<p><b>${escape(params.client_id)}</b> asks for: ${escape(params.scope)}</p>
<form method="post" action="${path}">
<label>Your name <input name="account" value="ada" required></label>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</form>`;
}

async function main() {
  const provider = await startProvider({
    port: Number(process.env.PORT ?? 0),
    acceptAnyRedirect: true,
  });
  const client = provider.addClient({ clientId: 'demo-app', clientSecret: 'demo-secret' });
  console.log(
    `The made-up CRM listens on ${provider.origin}. Its app for you: client id ${client.clientId}, client secret ` +
      `${client.clientSecret}.\nAPI ${provider.apiUrl}, authorization ${provider.authorizationUrl}, tokens ${provider.tokenUrl}`,
  );
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await main();
