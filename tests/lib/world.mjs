// A running Tenon with a project, and the words that tests are told in:
//
//   const world = await givenTenon({ allowEgress: [provider.host] });
//   const crm = await world.integration(oauthDefinition(provider, client));
//   const alice = world.user('alice');
//   const credential = await alice.connectThroughPage(crm);
//   const answer = await alice.proxy(crm, '/contacts');
import { randomBytes } from 'node:crypto';
import { until } from './clock.mjs';
import { Visitor, send, sendJson } from './http.mjs';
import { startTenon } from './tenon.mjs';
import { userToken } from './tokens.mjs';

const password = 'a long enough password';

// Where the product's page stands in tests that have no page.
export const productOrigin = 'https://product.example.com';

export async function givenTenon(options = {}) {
  const tenon = await startTenon(options);
  try {
    return await World.setUp(tenon);
  } catch (error) {
    const output = tenon.output();
    await tenon.stop();
    throw new Error(`${error.stack}\n--- Tenon said:\n${output}`);
  }
}

export class World {
  constructor(fields) {
    Object.assign(this, fields);
  }

  // First run: the set-up link's token makes the administrator and a project; then an API key and
  // a signing key.
  static async setUp(tenon) {
    const visitor = new Visitor();
    await until('the set-up link is printed', () => tenon.setupToken);
    const made = await visitor.send(`${tenon.origin}/api/v1/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: tenon.origin },
      body: JSON.stringify({
        token: tenon.setupToken,
        email: 'admin@example.com',
        password,
        projectName: 'First',
      }),
    });
    if (made.status >= 300) throw new Error(`set-up answered ${made.status}: ${made.text}`);
    const session = (await visitor.send(`${tenon.origin}/api/v1/session`)).json();
    const world = new World({
      tenon,
      visitor,
      csrfToken: session.csrfToken,
      password,
      projectId: made.json().project.id,
    });
    world.apiKey = (await world.asDeveloper('POST', '/api-keys', { name: 'tests' })).key;
    world.privateKey = await world.newSigningKey();
    await world.allowOrigins([productOrigin]);
    return world;
  }

  get origin() {
    return this.tenon.origin;
  }

  // The same server seen through another project, with its own keys.
  async otherProject(name = 'Other') {
    const answer = await this.visitor.send(`${this.origin}/api/v1/projects`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-tenon-csrf': this.csrfToken,
        origin: this.origin,
      },
      body: JSON.stringify({ name }),
    });
    if (answer.status !== 201)
      throw new Error(`POST /projects answered ${answer.status}: ${answer.text}`);
    const other = new World({ ...this, projectId: answer.json().id });
    other.apiKey = (await other.asDeveloper('POST', '/api-keys', { name: 'tests' })).key;
    other.privateKey = await other.newSigningKey();
    await other.allowOrigins([productOrigin]);
    return other;
  }

  projectUrl(path = '') {
    return `${this.origin}/api/v1/projects/${this.projectId}${path}`;
  }

  // A call by the signed-in administrator; gives the parsed answer, throws when it is an error.
  async asDeveloper(method, path, json) {
    const answer = await this.visitor.send(this.projectUrl(path), {
      method,
      headers: {
        'content-type': 'application/json',
        'x-tenon-csrf': this.csrfToken,
        origin: this.origin,
      },
      body: json === undefined ? undefined : JSON.stringify(json),
    });
    return parsed(answer, `${method} ${path}`);
  }

  // Somebody else who works on this project alone: {visitor, csrfToken, email}.
  async invite(role, email = `${role}-${randomBytes(3).toString('hex')}@example.com`) {
    const { token } = await this.asDeveloper('POST', '/invitations', { email, role });
    const visitor = new Visitor();
    const accepted = await visitor.send(`${this.origin}/api/v1/invitations/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.origin },
      body: JSON.stringify({ token, password }),
    });
    return { visitor, csrfToken: parsed(accepted, 'accept').csrfToken, email };
  }

  // A call with a developer's session; gives the whole answer.
  asMember({ visitor, csrfToken }, method, path, json) {
    return visitor.send(this.projectUrl(path), {
      method,
      headers: {
        'content-type': 'application/json',
        'x-tenon-csrf': csrfToken,
        origin: this.origin,
      },
      body: json === undefined ? undefined : JSON.stringify(json),
    });
  }

  // A call with the project's API key; gives the whole answer.
  api(method, path, json, options = {}) {
    return send(this.projectUrl(path), {
      method,
      ...options,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      body: json === undefined ? options.body : JSON.stringify(json),
    });
  }

  async apiJson(method, path, json) {
    return parsed(await this.api(method, path, json), `${method} ${path}`);
  }

  async newSigningKey() {
    const made = await this.asDeveloper('POST', '/signing-keys');
    return made.privateKey ?? made.privatePem;
  }

  // Creates an active integration from a definition, and gives it with its id, slug, type and
  // redirectUrl.
  async integration(definition) {
    return this.apiJson('POST', '/integrations', { status: 'active', ...definition });
  }

  async applyYaml(yaml) {
    return parsed(
      await this.api('POST', '/integrations/apply', undefined, {
        headers: { 'content-type': 'application/yaml' },
        body: yaml,
      }),
      'apply',
    );
  }

  // Product origins whose pages may open popups and receive their messages.
  async allowOrigins(allowedOrigins) {
    return this.asDeveloper('PATCH', '', { allowedOrigins });
  }

  user(sub = `user-${randomBytes(4).toString('hex')}`, claims = {}) {
    return new ConnectedUser(
      this,
      sub,
      userToken(this.privateKey, sub, { projectId: this.projectId, ...claims }),
    );
  }

  stop() {
    return this.tenon.stop();
  }
}

// One end user, as the product's page and server act for them.
export class ConnectedUser {
  constructor(world, sub, token) {
    Object.assign(this, { world, sub, token });
    this.browser = new Visitor();
  }

  sdkUrl(path, prefix = '') {
    return `${this.world.origin}${prefix}/projects/${this.world.projectId}/sdk${path}`;
  }

  sdk(method, path, json, { headers = {}, prefix, ...options } = {}) {
    return send(this.sdkUrl(path, prefix), {
      method,
      ...options,
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: 'application/json',
        'content-type': 'application/json',
        ...headers,
      },
      body: json === undefined ? options.body : JSON.stringify(json),
    });
  }

  async sdkJson(method, path, json, options) {
    return parsed(await this.sdk(method, path, json, options), `${method} ${path}`);
  }

  // What POST /sdk/credentials answers to filled-in fields (API keys, client credentials,
  // password).
  connectWithFields(integration, payload, installOptions = {}) {
    return this.sdk('POST', '/credentials', {
      integrationId: integration.id,
      config: {},
      payload,
      installOptions,
    });
  }

  async connectedWithFields(integration, payload, installOptions) {
    return parsed(await this.connectWithFields(integration, payload, installOptions), 'connect');
  }

  // The popup's first half: binds the browser, asks for the provider's URL. Gives {redirectUrl,
  // sessionKey}.
  async beginOauth(
    integration,
    {
      fields = {},
      installOptions = {},
      browser = this.browser,
      origin = productOrigin,
      confirm = true,
    } = {},
  ) {
    const sessionKey = randomBytes(8).toString('hex').slice(0, 11);
    const common = {
      integrationId: integration.id,
      originForPostMessage: origin,
      userToken: this.token,
    };
    const nonce = await browser.send(
      this.sdkUrl(
        `/actions/oauth-nonce?${new URLSearchParams({
          action: integration.type,
          ...common,
        })}`,
      ),
      { headers: { referer: `${origin}/` } },
    );
    if (confirm) await this.confirmNonce(browser, origin);
    const query = new URLSearchParams({
      action: 'custom',
      ...common,
      endUserSuppliedValues: JSON.stringify(fields),
      parameters: '{}',
      isPreviewMode: 'false',
      installOptions: JSON.stringify(installOptions),
      oauthMetaKeyId: sessionKey,
    });
    const built = await this.sdk('GET', `/actions/build-oauth?${query}`, undefined, {
      prefix: '/v2',
    });
    return {
      nonce,
      built,
      sessionKey,
      redirectUrl: built.status === 200 ? built.json().redirectUrl : undefined,
    };
  }

  // What the nonce page's script does: it alone sees which window opened it, and says so.
  confirmNonce(browser, origin = productOrigin) {
    return browser.send(this.sdkUrl('/actions/oauth-nonce'), {
      method: 'POST',
      body: JSON.stringify({ openerOrigin: origin }),
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.token}`,
        origin: this.world.origin,
      },
    });
  }

  // The whole code flow with a browser of its own: consent page, callback, session. Gives the
  // credential.
  async connectThroughPage(
    integration,
    { account = this.sub, approve = approveAtOidcProvider, ...options } = {},
  ) {
    const begun = await this.beginOauth(integration, options);
    if (!begun.redirectUrl)
      throw new Error(`build-oauth answered ${begun.built.status}: ${begun.built.text}`);
    const end = await approve(options.browser ?? this.browser, begun.redirectUrl, account);
    const session = await this.finishOauth(integration, begun, end, options.installOptions);
    const id = session.connectCredentialId;
    if (!id)
      throw new Error(
        `not connected: ${JSON.stringify(session)}; callback answered ${end.status}: ${end.text}`,
      );
    return this.sdkJson('GET', `/credentials/${id}`);
  }

  // A confirmed browser's flow ends at the callback; else the handle that the last page posts to
  // its opener is claimed with the user token.
  async finishOauth(integration, begun, end, installOptions = {}) {
    const session = await this.sdkJson('GET', `/actions/session-id/${begun.sessionKey}`);
    if (session.connectCredentialId) return session;
    const payload = handleOf(end);
    if (!payload) return session;
    const claimed = await this.sdk('POST', '/credentials', {
      integrationId: integration.id,
      config: {},
      payload,
      installOptions,
    });
    return claimed.status < 300
      ? { connectCredentialId: claimed.json().id }
      : { refused: claimed.text };
  }

  // A proxied call in the form that the published client uses: /sdk/proxy/custom.<slug>/<path>.
  proxy(integration, path, { method = 'GET', headers = {}, raw = false, ...options } = {}) {
    return send(this.sdkUrl(`/proxy/${integration.type}${path}`), {
      method,
      ...options,
      headers: mergeHeaders(headers, {
        authorization: `Bearer ${this.token}`,
        ...(raw ? { 'x-paragon-use-raw-response': '1' } : {}),
      }),
    });
  }
}

// The payload that the callback page posts to its opener, if any.
export function handleOf(page) {
  const plain = page.text.replaceAll(/&quot;|&#34;|&#x22;/g, '"').replaceAll('&amp;', '&');
  const payload = plain.match(/"payload":(\{[^{}]*\})/)?.[1];
  return payload && plain.includes('oauth_success_callback') ? JSON.parse(payload) : undefined;
}

function mergeHeaders(given, more) {
  return Array.isArray(given) ? [...given, ...Object.entries(more).flat()] : { ...more, ...given };
}

function parsed(answer, what) {
  if (answer.status >= 300) throw new Error(`${what} answered ${answer.status}: ${answer.text}`);
  return answer.text === '' ? undefined : answer.json();
}

// Goes through the made-up provider's consent page and the callback; gives the last page.
export async function approveAtOidcProvider(browser, url, account, decision = 'allow') {
  const page = await browser.visit(url);
  if (!page.text.includes('Made-up CRM'))
    throw new Error(`no consent page: ${page.status} ${page.text}`);
  return browser.submit(page.url, { account, decision });
}

// Providers of tests/fakes/ that approve at once: the redirects lead straight to the callback.
export async function approveAtOnce(browser, url) {
  return browser.visit(url);
}

// Definitions of the made-up provider for the four methods.
export function oauthDefinition(provider, client, changes = {}) {
  const { api, authentication, ...rest } = changes;
  return {
    name: 'Made-up CRM',
    description: 'Contacts of a made-up CRM',
    authentication: {
      method: 'oauth',
      authorizationUrl: provider.authorizationUrl,
      accessTokenUrl: provider.tokenUrl,
      revocationUrl: provider.revocationUrl,
      clientId: client.clientId,
      clientSecret: client.clientSecret,
      scopes: ['contacts.read', 'contacts.write'],
      ...authentication,
    },
    api: {
      baseUrl: provider.apiUrl,
      authorization: { type: 'bearer' },
      testEndpoint: { path: '/contacts' },
      userProfile: { url: '/me', providerIdPath: 'id' },
      ...api,
    },
    ...rest,
  };
}

export function apiKeyDefinition(provider, changes = {}) {
  const { api, ...rest } = changes;
  return {
    name: 'Made-up keys',
    authentication: {
      method: 'basic',
      inputFields: [{ id: 'api_key', title: 'API key', type: 'password' }],
    },
    api: {
      baseUrl: provider.apiUrl,
      authorization: { type: 'bearer', token: '{{ inputs.api_key }}' },
      ...api,
    },
    ...rest,
  };
}

export { send, sendJson };
