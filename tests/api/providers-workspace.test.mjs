// Examples of examples/integrations/ for files, mail, notes and people: Notion, Dropbox, Microsoft
// Graph, Okta. Each connects, calls, and gets through an expired token.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startDropbox } from '../fakes/dropbox.mjs';
import { startMicrosoftGraph } from '../fakes/microsoft-graph.mjs';
import { startNotion } from '../fakes/notion.mjs';
import { startOkta } from '../fakes/okta.mjs';
import {
  appliedExample,
  connectExample,
  survivesExpiry,
  yamlOf,
} from '../lib/provider-examples.mjs';
import { givenTenon } from '../lib/world.mjs';

let fakes;
let world;

before(async () => {
  fakes = {
    notion: await startNotion(),
    dropbox: await startDropbox(),
    graph: await startMicrosoftGraph(),
    okta: await startOkta(),
    oktaEc: await startOkta({ keyType: 'ec' }),
  };
  world = await givenTenon({ allowEgress: Object.values(fakes).map((fake) => fake.host) });
});
after(async () => {
  await world?.stop();
  await Promise.all(Object.values(fakes ?? {}).map((fake) => fake.stop()));
});

test('Notion: JSON and Basic at the token endpoint, its version on every request', async () => {
  const fake = fakes.notion;
  const notion = await appliedExample(world, 'notion', fake);
  const user = world.user('nora');
  const credential = await connectExample(user, notion);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerData.name, 'Tenon');
  const call = () =>
    user.proxy(notion, '/search', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
  assert.equal((await call()).json().output.object, 'list');
  await survivesExpiry(fake, call);
  await user.sdk('DELETE', `/integrations/${notion.id}`);
  assert.equal(fake.requests.at(-1).target, '/v1/oauth/revoke');
  assert.equal(fake.grants.accessTokens.size, 0, 'the token was not revoked');
});

test('Dropbox: offline access, a test request with a body, a token that revokes itself', async () => {
  const fake = fakes.dropbox;
  const dropbox = await appliedExample(world, 'dropbox', fake);
  const user = world.user('dora');
  const credential = await connectExample(user, dropbox);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerData.email, 'ada@example.com');
  const call = () =>
    user.proxy(dropbox, '/files/list_folder', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"path":""}',
    });
  assert.equal((await call()).json().output.has_more, false);
  await survivesExpiry(fake, call);
  await user.sdk('DELETE', `/integrations/${dropbox.id}`);
  assert.equal(fake.grants.refreshTokens.size, 0, 'the grant was not revoked');
  const revoked = fake.requests.at(-1);
  assert.equal(revoked.target, '/2/auth/token/revoke');
  assert.match(revoked.headers.authorization, /^Bearer /);
});

test('Microsoft Graph: any tenant without an input, Retry-After on 429', async () => {
  const fake = fakes.graph;
  const graph = await appliedExample(world, 'microsoft-graph', fake);
  const user = world.user('adele');
  const credential = await connectExample(user, graph);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerData.name, 'Adele Vance');
  assert.ok(
    fake.requests.some((request) => request.target.startsWith('/common/oauth2/v2.0/auth')),
  );
  const call = () => user.proxy(graph, '/me/messages');
  fake.throttle(2);
  assert.equal((await call()).json().output.value[0].subject, 'Hello');
  await survivesExpiry(fake, call);
});

test('Microsoft Graph: a tenant of its own stands in both URLs', async () => {
  const fake = fakes.graph;
  const graph = (await world.apiJson('GET', '/integrations?search=microsoft')).items[0];
  const user = world.user('alex');
  const seen = fake.requests.length;
  await connectExample(user, graph, { tenant: 'contoso.onmicrosoft.com' });
  const paths = fake.requests.slice(seen).map((request) => request.target.split('?')[0]);
  assert.ok(paths.includes('/contoso.onmicrosoft.com/oauth2/v2.0/authorize'));
  assert.ok(paths.includes('/contoso.onmicrosoft.com/oauth2/v2.0/token'));
});

test('Okta: the client signs, for each request anew', async () => {
  const fake = fakes.okta;
  const okta = await appliedExample(world, 'okta', fake, { PRIVATE_KEY: fake.privatePem });
  assert.equal(okta.hasClientPrivateKey, true);
  assert.equal(okta.hasClientSecret, false);
  const user = world.user('olga');
  const credential = await connectExample(user, okta, { domain: fake.domain });
  assert.deepEqual(fake.problems, []);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerData.login, 'ada@example.com');
  const call = () => user.proxy(okta, '/users/me');
  assert.equal((await call()).json().output.status, 'ACTIVE');
  await survivesExpiry(fake, call);
  assert.ok(fake.tokenCalls.every((fields) => fields.client_secret === undefined));
  await user.sdk('DELETE', `/integrations/${okta.id}`);
  assert.equal(fake.grants.refreshTokens.size, 0, 'the grant was not revoked');
  assert.deepEqual(fake.problems, []);
});

test('Okta: a P-256 key, sealed with the integration, signs ES256 and never comes back', async () => {
  const fake = fakes.oktaEc;
  const literal = JSON.stringify(fake.privatePem);
  const yaml = yamlOf('okta', fake)
    .replace('name: Okta', 'name: Okta EC')
    .replace('"{{ secrets.OKTA_PRIVATE_KEY }}"', literal);
  const {
    integrations: [{ id }],
  } = await world.applyYaml(yaml);
  const saved = await world.api('GET', `/integrations/${id}`);
  assert.equal(saved.json().hasClientPrivateKey, true);
  const exported = await world.api('GET', `/integrations/${id}/export`);
  const secretPart = fake.privatePem.split('\n')[1];
  for (const { text } of [saved, exported]) assert.ok(!text.includes(secretPart));
  const user = world.user('ed');
  await connectExample(user, saved.json(), { domain: fake.domain });
  assert.deepEqual(fake.problems, []);
  // Applied without the key, as an export has it, the key stays.
  const kept = await world.applyYaml(exported.text);
  assert.equal(kept.integrations[0].change, 'unchanged');
  assert.ok(!world.tenon.output().includes(secretPart));
});

test('Okta: a key that is none is refused by its field, without being shown', async () => {
  const yaml = yamlOf('okta', fakes.okta)
    .replace('name: Okta', 'name: Okta bad')
    .replace('"{{ secrets.OKTA_PRIVATE_KEY }}"', '"not-a-key-0123456789"');
  const refused = await world.api('POST', '/integrations/apply', undefined, {
    headers: { 'content-type': 'application/yaml' },
    body: yaml,
  });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /authentication\.clientPrivateKey/);
  assert.ok(!refused.text.includes('not-a-key'));
});
