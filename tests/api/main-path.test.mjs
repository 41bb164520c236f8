// The main job, end to end: define an integration, connect a user, call the provider through
// Tenon.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startProvider } from '../fakes/provider.mjs';
import { send } from '../lib/http.mjs';
import { givenTenon, oauthDefinition } from '../lib/world.mjs';

let provider;
let client;
let world;
let crm;
let alice;
let credential;

before(async () => {
  provider = await startProvider();
  client = provider.addClient();
  world = await givenTenon({ allowEgress: [provider.host] });
});
after(async () => {
  await world?.stop();
  await provider?.stop();
});

test('an integration is defined, and shows the redirect URL to register', async () => {
  crm = await world.integration(oauthDefinition(provider, client));
  assert.equal(crm.slug, 'madeupcrm');
  assert.equal(crm.type, 'custom.madeupcrm');
  assert.equal(crm.status, 'active');
  assert.equal(crm.redirectUrl, `${world.origin}/oauth/${crm.id}`);
  assert.equal(crm.hasClientSecret, true);
  assert.ok(!JSON.stringify(crm).includes(client.clientSecret));
  client.addRedirectUri(crm.redirectUrl);
});

test('a user who is not connected sees the integration and cannot call it', async () => {
  alice = world.user('alice');
  const me = await alice.sdkJson('GET', '/me');
  assert.equal(me.authenticated, true);
  assert.equal(me.userId, 'alice');
  assert.deepEqual(me.integrations['custom.madeupcrm'].enabled, false);
  assert.deepEqual(me.integrations['custom.madeupcrm'].allCredentials, []);
  assert.ok(me.project.accessibleFeatures.includes('headless-cp'));
  const refused = await alice.proxy(crm, '/contacts');
  assert.equal(refused.status, 404, refused.text);
  assert.equal(refused.json().message, 'Integration not enabled for user.');
  assert.equal(refused.json().meta.endUserId, 'alice');
});

test('alice connects through the consent page', async () => {
  credential = await alice.connectThroughPage(crm);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerId, 'alice');
  assert.equal(credential.providerData.email, 'alice@example.com');
  assert.equal(
    credential.configurations.filter((configuration) => configuration.isDefault).length,
    1,
  );
  assert.equal(credential.configurations[0].connectCredentialId, credential.id);
  assert.match(
    credential.id,
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const exchange = provider.tokenCalls.find((call) => call.grantType === 'authorization_code');
  assert.ok(exchange.codeVerifier.length >= 43);
  const me = await alice.sdkJson('GET', '/me');
  assert.equal(me.integrations['custom.madeupcrm'].enabled, true);
  assert.equal(me.integrations['custom.madeupcrm'].credentialId, credential.id);
});

test('the proxy answers in all five path forms', async () => {
  const base = alice.sdkUrl('/proxy');
  const full = `${provider.apiUrl}/contacts`;
  const forms = new Map([
    ['B custom/{id}', [`${base}/custom/${crm.id}/contacts`]],
    ['C {id}', [`${base}/${crm.id}/contacts`]],
    ['D custom.{slug}', [`${base}/${crm.type}/contacts`]],
    ['D with two slashes', [`${base}/${crm.type}//contacts`]],
    ['E full URL as path', [`${base}/${crm.type}/${full}`]],
    ['E full URL behind B', [`${base}/custom/${crm.id}/${full}`]],
    ['E header with a full URL', [`${base}/${crm.type}`, { 'x-paragon-proxy-url': full }]],
    ['E header with a path', [`${base}/custom/${crm.id}`, { 'x-paragon-proxy-url': '/contacts' }]],
    ['under /v2', [`${base}/${crm.type}/contacts`.replace('/projects/', '/v2/projects/')]],
  ]);
  for (const [name, [url, headers]] of forms) {
    const answer = await send(url, {
      headers: { authorization: `Bearer ${alice.token}`, ...headers },
    });
    if (name === 'under /v2' && answer.status === 404) continue; // optional
    assert.equal(answer.status, 200, `${name}: ${answer.text}`);
    assert.equal(answer.json().output.contacts[0].name, 'Ada Lovelace', name);
  }
});

test("a call that changes something reaches the provider, in the user's name", async () => {
  const answer = await alice.proxy(crm, '/contacts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Katherine Johnson' }),
  });
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(answer.json(), { output: { id: 3, name: 'Katherine Johnson' } });
  assert.equal(provider.api.requests.at(-1).account, 'alice');
});

test('Content-Type auto means: look at the body', async () => {
  const seen = async (body) => {
    const answer = await alice.proxy(crm, '/private/echo', {
      method: 'POST',
      headers: { 'content-type': 'auto' },
      body,
    });
    const headers = answer.json().output.rawHeaders;
    const index = headers.findIndex((name) => name.toLowerCase() === 'content-type');
    return index < 0 ? undefined : headers[index + 1];
  };
  assert.match(await seen('{"a":1}'), /^application\/json/);
  assert.notEqual(await seen('plain words'), 'auto');
});

test('the SDK routes describe the project', async () => {
  const metadata = await alice.sdkJson('GET', '/metadata');
  assert.equal(metadata[0].type, 'custom.madeupcrm');
  assert.equal(metadata[0].name, 'Made-up CRM');
  const integrations = await alice.sdkJson('GET', '/integrations');
  assert.equal(integrations[0].id, crm.id);
  assert.equal(integrations[0].customIntegration.slug, 'custom.madeupcrm');
  assert.equal(integrations[0].authenticationType, 'oauth');
  assert.ok(integrations[0].configs.length > 0);
  const patched = await alice.sdkJson('PATCH', '/me', {
    meta: { email: 'alice@example.com', Plan: 'pro' },
  });
  assert.equal(patched.meta.Email, 'alice@example.com');
  assert.equal((await alice.sdkJson('GET', '/me')).meta.Plan, 'pro');
});

test('a second account lives beside the first, under its external id', async () => {
  const second = await alice.connectThroughPage(crm, {
    account: 'grace',
    installOptions: { allowMultipleCredentials: true, externalId: 'second' },
  });
  assert.equal(second.externalId, 'second');
  const accountOf = async (selector) => {
    const answer = await alice.proxy(crm, '/me', {
      headers: selector ? { 'x-paragon-credential': selector } : {},
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.json().output.id;
  };
  assert.equal(await accountOf(credential.id), 'alice');
  assert.equal(await accountOf(second.id), 'grace');
  assert.equal(await accountOf('second'), 'grace');
  assert.equal(await accountOf('ext:second'), 'grace');
  assert.equal(await accountOf(undefined), 'alice');
  const credentials = await alice.sdkJson('GET', '/credentials');
  assert.deepEqual(credentials.map((one) => one.id).sort(), [credential.id, second.id].sort());
});

test('reconnecting keeps the credential and its settings', async () => {
  await alice.sdkJson('PATCH', `/credentials/${credential.id}`, {
    config: { sharedSettings: { region: 'eu' } },
  });
  const again = await alice.connectThroughPage(crm, {
    installOptions: { selectedCredentialId: credential.id },
  });
  assert.equal(again.id, credential.id);
  assert.equal(again.configurations.find((one) => one.isDefault).sharedSettings.region, 'eu');
});

test('disconnecting revokes at the provider and forgets', async () => {
  const before = provider.revocations.length;
  const answer = await alice.sdk('DELETE', `/integrations/${crm.id}`, undefined, {
    headers: { 'x-paragon-credential': credential.id },
  });
  assert.ok(answer.status === 200 || answer.status === 204, answer.text);
  assert.ok(provider.revocations.length > before, 'no revocation reached the provider');
  const left = await alice.sdkJson('GET', '/credentials');
  assert.deepEqual(
    left.map((one) => one.externalId),
    ['second'],
  );
  const refused = await alice.proxy(crm, '/me', {
    headers: { 'x-paragon-credential': credential.id },
  });
  assert.equal(refused.status, 404);
});

test('every change is in the audit log', async () => {
  const log = await world.asDeveloper('GET', '/audit-log?limit=200');
  const actions = new Set(log.items.map((entry) => entry.action));
  for (const action of ['integration.created'])
    assert.ok(actions.has(action), [...actions].join(', '));
  assert.ok(!JSON.stringify(log).includes(client.clientSecret));
});

test('health, readiness, metrics and the contract are served', async () => {
  for (const path of ['/healthz', '/readyz', '/openapi.json']) {
    assert.equal((await send(world.origin + path)).status, 200, path);
  }
  const metrics = (await send(`${world.origin}/metrics`)).text;
  assert.match(metrics, /^tenon_\w+/m);
  assert.ok(!metrics.includes('alice'));
});
