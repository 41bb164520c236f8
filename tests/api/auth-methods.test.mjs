// Connecting by the methods that need no provider page, and what a wrong secret brings.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startProvider } from '../fakes/provider.mjs';
import {
  apiKeyDefinition,
  approveAtOidcProvider,
  givenTenon,
  oauthDefinition,
} from '../lib/world.mjs';

let provider;
let world;

before(async () => {
  provider = await startProvider();
  world = await givenTenon({ allowEgress: [provider.host] });
});
after(async () => {
  await world?.stop();
  await provider?.stop();
});

const api = (changes = {}) => ({
  baseUrl: provider.apiUrl,
  authorization: { type: 'bearer' },
  ...changes,
});

test('API keys: the key is put where the definition says', async () => {
  const keys = await world.integration({
    name: 'Placed keys',
    authentication: {
      method: 'basic',
      inputFields: [
        { id: 'key', title: 'Key', type: 'password' },
        { id: 'account', title: 'Account' },
      ],
    },
    api: api({
      headers: { Accept: 'application/vnd.example+json' },
      authorization: {
        type: 'auth_header',
        headers: { 'X-Api-Key': '{{ inputs.key }}', 'X-Account': 'acct:{{ inputs.account }}' },
      },
    }),
  });
  const bob = world.user();
  await bob.connectedWithFields(keys, { key: 'k-1', account: 'a 1' });
  const { rawHeaders } = (await bob.proxy(keys, '/echo')).json().output;
  const value = (name) =>
    rawHeaders[rawHeaders.findIndex((header) => header.toLowerCase() === name) + 1];
  assert.equal(value('x-api-key'), 'k-1');
  assert.equal(value('x-account'), 'acct:a 1');
  assert.equal(value('accept'), 'application/vnd.example+json');
  assert.ok(!rawHeaders.join().includes(bob.token));
});

test("API keys in the query are added behind the caller's own", async () => {
  const keys = await world.integration({
    name: 'Query keys',
    authentication: { method: 'basic', inputFields: [{ id: 'key', title: 'Key' }] },
    api: api({ authorization: { type: 'query_params', params: { api_key: '{{ inputs.key }}' } } }),
  });
  const bob = world.user();
  await bob.connectedWithFields(keys, { key: 'k&2' });
  const { target } = (await bob.proxy(keys, '/echo/x?a=1')).json().output;
  assert.equal(target, '/api/echo/x?a=1&api_key=k%262');
});

test('HTTP Basic of two input fields', async () => {
  const keys = await world.integration({
    name: 'Basic pair',
    authentication: {
      method: 'basic',
      inputFields: [
        { id: 'user', title: 'User' },
        { id: 'secret', title: 'Password', type: 'password' },
      ],
    },
    api: api({
      authorization: {
        type: 'basic',
        username: '{{ inputs.user }}',
        password: '{{ inputs.secret }}',
      },
    }),
  });
  const bob = world.user();
  await bob.connectedWithFields(keys, { user: 'bob', secret: 'pä:ss' });
  const { rawHeaders } = (await bob.proxy(keys, '/echo')).json().output;
  const value =
    rawHeaders[rawHeaders.findIndex((header) => header.toLowerCase() === 'authorization') + 1];
  assert.equal(value, `Basic ${Buffer.from('bob:pä:ss').toString('base64')}`);
});

test('a key that the test endpoint refuses is not stored (7003)', async () => {
  const keys = await world.integration(
    apiKeyDefinition(provider, {
      name: 'Tested keys',
      api: { testEndpoint: { path: '/contacts' } },
    }),
  );
  const bob = world.user();
  const refused = await bob.connectWithFields(keys, { api_key: 'wrong-key' });
  assert.ok(
    refused.status >= 400 && refused.status < 500 && refused.status !== 401,
    `${refused.status}`,
  );
  assert.equal(refused.json().code, '7003');
  assert.ok(!refused.text.includes('wrong-key'));
  assert.deepEqual(await bob.sdkJson('GET', '/credentials'), []);
});

test('missing and malformed input fields are named', async () => {
  const keys = await world.integration({
    name: 'Patterned keys',
    authentication: {
      method: 'basic',
      inputFields: [{ id: 'subdomain', title: 'Subdomain', pattern: '[a-z]{3,10}' }],
    },
    api: api({ authorization: { type: 'none' } }),
  });
  const bob = world.user();
  for (const payload of [{}, { subdomain: '' }, { subdomain: 'NO!' }]) {
    const refused = await bob.connectWithFields(keys, payload);
    assert.equal(refused.status, 400, refused.text);
    assert.match(refused.text, /subdomain/i);
  }
});

for (const style of ['client_secret_basic', 'client_secret_post']) {
  test(`client credentials with ${style}: auto finds the way`, async () => {
    const machine = await world.integration({
      name: `Machine ${style}`,
      authentication: {
        method: 'oauth_client_credential',
        accessTokenUrl: provider.tokenUrl,
        scopes: ['contacts.read'],
      },
      api: api({ testEndpoint: { path: '/contacts' } }),
    });
    const app = provider.addClient({ tokenAuthentication: style });
    const bob = world.user();
    const credential = await bob.connectedWithFields(machine, {
      clientId: app.clientId,
      clientSecret: app.clientSecret,
    });
    assert.equal(credential.status, 'VALID');
    assert.equal((await bob.proxy(machine, '/contacts')).status, 200);
    const wrong = await world
      .user()
      .connectWithFields(machine, { clientId: app.clientId, clientSecret: 'nope-secret' });
    assert.ok(wrong.status >= 400 && wrong.status < 500 && wrong.status !== 401, wrong.text);
    assert.ok(!wrong.text.includes('nope-secret'));
  });

  test(`authorization code with ${style}: auto finds the way`, async () => {
    const app = provider.addClient({ tokenAuthentication: style });
    const crm = await world.integration(oauthDefinition(provider, app, { name: `Code ${style}` }));
    app.addRedirectUri(crm.redirectUrl);
    const carol = world.user();
    assert.equal((await carol.connectThroughPage(crm)).status, 'VALID');
    assert.equal((await carol.proxy(crm, '/contacts')).status, 200);
  });
}

test('password grant: connected with the right password, named error with a wrong one', async () => {
  const app = provider.addClient();
  const legacy = await world.integration({
    name: 'Password app',
    authentication: {
      method: 'ropc_app',
      accessTokenUrl: provider.tokenUrl,
      clientId: app.clientId,
      clientSecret: app.clientSecret,
      scopes: ['contacts.read'],
      asksApiKey: false,
    },
    api: api({ userProfile: { url: '/me', providerIdPath: 'id' } }),
  });
  const bob = world.user();
  const wrong = await bob.connectWithFields(legacy, {
    username: 'ada',
    password: 'mistyped-password',
  });
  assert.ok(wrong.status >= 400 && wrong.status < 500 && wrong.status !== 401, wrong.text);
  assert.ok(!wrong.text.includes('mistyped-password'));
  const credential = await bob.connectedWithFields(legacy, {
    username: 'ada',
    password: 'correct horse',
  });
  assert.equal(credential.providerId, 'ada');
  assert.equal((await bob.proxy(legacy, '/me')).json().output.id, 'ada');
  assert.ok(!world.tenon.output().includes('mistyped-password'));
});

test('saying no at the provider connects nothing and says so', async () => {
  const app = provider.addClient();
  const crm = await world.integration(oauthDefinition(provider, app, { name: 'Refused CRM' }));
  app.addRedirectUri(crm.redirectUrl);
  const dave = world.user();
  const begun = await dave.beginOauth(crm);
  const end = await approveAtOidcProvider(dave.browser, begun.redirectUrl, 'dave', 'deny');
  assert.ok(end.status >= 200 && end.status < 500);
  assert.deepEqual(await dave.sdkJson('GET', '/credentials'), []);
});

test('an input field can stand in the authorization URL, and its value cannot break out', async () => {
  const app = provider.addClient();
  const crm = await world.integration(
    oauthDefinition(provider, app, {
      name: 'Templated CRM',
      authentication: {
        authorizationUrl: `${provider.origin}/{{ inputs.site }}/auth?fixed=1`,
        inputFields: [{ id: 'site', title: 'Site' }],
      },
    }),
  );
  const erin = world.user();
  const begun = await erin.beginOauth(crm, { fields: { site: '../evil?x=1#' } });
  if (begun.redirectUrl) {
    const url = new URL(begun.redirectUrl);
    assert.equal(url.origin, provider.origin);
    assert.ok(!url.pathname.includes('/evil') || url.pathname.includes('%2F'), begun.redirectUrl);
    assert.equal(url.searchParams.get('fixed'), '1');
    assert.equal(url.searchParams.get('redirect_uri'), crm.redirectUrl);
  } else {
    assert.equal(begun.built.status, 400, begun.built.text);
  }
});
