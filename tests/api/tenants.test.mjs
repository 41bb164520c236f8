// A foreign id answers exactly like a missing one, on every route of the contract that has an id.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { send } from '../lib/http.mjs';
import { keyConnection, startScene } from '../lib/scenes.mjs';

let scene;
let mine;
let theirs;
let contract;
let developer; // an administrator of my project, and of no other
let mallory;
let victim;
let foreign; // parameter name → an id that exists in the other project

before(async () => {
  scene = await startScene();
  mine = scene.world;
  theirs = await mine.otherProject('Theirs');
  victim = await keyConnection({ ...scene, world: theirs });
  mallory = mine.user('mallory');
  await keyConnection(scene, { user: mallory });
  developer = await mine.invite('admin');
  const colleague = await theirs.invite('member');
  contract = (await send(`${mine.origin}/openapi.json`)).json();
  await theirs.asDeveloper('PUT', '/secrets/THEIR_SECRET', { value: 'theirs' });
  const idOf = async (path) => {
    const list = await theirs.asDeveloper('GET', path);
    return (list.items ?? list)[0]?.id ?? randomUUID();
  };
  foreign = {
    integrationId: victim.keys.id,
    credentialId: victim.credential.id,
    userId: await idOf('/users'),
    signingKeyId: await idOf('/signing-keys'),
    accountId: (await theirs.asDeveloper('GET', '/members')).items.find(
      (one) => one.email === colleague.email,
    ).accountId,
    secretName: 'THEIR_SECRET',
    link: 'x',
    apiKeyId: await idOf('/api-keys'),
  };
});
after(() => scene?.stop());

// An id of the same form that exists nowhere.
const nowhere = (name) => (name === 'secretName' ? 'NO_SUCH_SECRET' : randomUUID());
// putSecret creates what it names, so a name of another project is free in one's own;
// deleteOauthSession forgets a key that the caller made up, whether it is there or not.
const withoutOwner = ['putSecret', 'deleteOauthSession'];

const verbs = ['get', 'post', 'put', 'patch', 'delete'];

// Every operation whose path has an id beside the project's: [operationId, verb, path, parameter].
function operationsWithIds() {
  return Object.entries(contract.paths).flatMap(([path, item]) => {
    const names = [...path.matchAll(/\{(\w+)\}/g)]
      .map((match) => match[1])
      .filter((name) => name !== 'projectId');
    if (names.length === 0 || !path.includes('{projectId}') || path.includes('/proxy/')) return [];
    return verbs
      .filter((verb) => item[verb])
      .map((verb) => [item[verb].operationId, verb, path, names]);
  });
}

// Answers compared without what differs by nature.
const shape = (answer) => ({
  status: answer.status,
  body: answer.text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')
    .replaceAll(/"requestId":"[^"]*"/g, ''),
});

function fill(path, projectId, id) {
  return path.replace('{projectId}', projectId).replace(/\{\w+\}/g, id);
}

// Bodies that the contract lets through, so that the answer is about the id and not about the
// body.
const bodies = {
  getIntegration: undefined,
  updateIntegration: { name: 'X' },
  setIntegrationStatus: { status: 'draft' },
  changeMember: { role: 'support' },
  changeUser: { meta: {} },
  createConnectLink: { userId: 'x', integration: 'x' },
  updateSdkCredential: { config: {} },
  updateSdkConfiguration: { meta: {} },
};

function ask(verb, path, id, { projectId = mine.projectId, anonymous = false } = {}) {
  const operation = contract.paths[path][verb].operationId;
  const url = mine.origin + fill(path, projectId, id);
  const body =
    verb === 'get' || verb === 'delete' ? undefined : JSON.stringify(bodies[operation] ?? {});
  const headers = { 'content-type': 'application/json' };
  const options = { method: verb.toUpperCase(), body, headers };
  if (anonymous) return send(url, options);
  if (path.startsWith('/api/')) {
    Object.assign(headers, { 'x-tenon-csrf': developer.csrfToken, origin: mine.origin });
    return developer.visitor.send(url, options);
  }
  return send(url, {
    ...options,
    headers: { ...headers, authorization: `Bearer ${mallory.token}` },
  });
}

test("another project's id answers like a missing one, on every route with ids", async () => {
  const differences = [];
  let compared = 0;
  for (const [operation, verb, path, names] of operationsWithIds()) {
    const name = names.at(-1);
    if (withoutOwner.includes(operation)) continue;
    const foreignId = foreign[name] ?? nowhere(name);
    const there = shape(await ask(verb, path, foreignId));
    const missing = shape(await ask(verb, path, nowhere(name)));
    if (JSON.stringify(there) !== JSON.stringify(missing))
      differences.push({ operation, name, there, missing });
    if (there.status < 300 && verb !== 'get') differences.push({ operation, changed: true });
    compared += 1;
  }
  assert.deepEqual(differences, []);
  assert.ok(compared >= 10, `only ${compared} operations were compared`);
});

test('another project answers like a missing one', async () => {
  const differences = [];
  for (const [path, item] of Object.entries(contract.paths)) {
    if (!path.includes('{projectId}') || path.includes('/proxy/')) continue;
    for (const verb of verbs.filter((one) => item[one])) {
      const there = shape(await ask(verb, path, randomUUID(), { projectId: theirs.projectId }));
      const missing = shape(await ask(verb, path, randomUUID(), { projectId: randomUUID() }));
      if (there.status < 400) differences.push({ verb, path, open: there.status });
      if (JSON.stringify(there) !== JSON.stringify(missing))
        differences.push({ verb, path, there, missing });
    }
  }
  assert.deepEqual(differences, []);
});

test('nothing answers without a credential, except what says so', async () => {
  const open = [];
  for (const [path, item] of Object.entries(contract.paths)) {
    if (!path.includes('{projectId}')) continue;
    for (const verb of verbs.filter((one) => item[one])) {
      const answer = await ask(verb, path, randomUUID(), { anonymous: true });
      if (answer.status < 400 && !/nonce/i.test(item[verb].operationId))
        open.push(`${verb} ${path}: ${answer.status}`);
    }
  }
  assert.deepEqual(open, []);
});

test("the victim's credential cannot be used by naming it", async () => {
  const before = scene.provider.api.requests.length;
  for (const selector of [victim.credential.id, `ext:${victim.credential.id}`]) {
    for (const target of [
      mallory.sdkUrl(`/proxy/${victim.keys.type}/echo`),
      mallory.sdkUrl(`/proxy/custom/${victim.keys.id}/echo`),
      mallory.sdkUrl('/proxy/custom.keys1/echo'),
    ]) {
      const answer = await send(target, {
        headers: { authorization: `Bearer ${mallory.token}`, 'x-paragon-credential': selector },
      });
      assert.equal(answer.status, 404, `${target}: ${answer.text}`);
    }
  }
  assert.equal(scene.provider.api.requests.length, before);
});

test('another user of the same project sees and uses nothing of mine', async () => {
  const owner = await keyConnection(scene);
  const stranger = mine.user('stranger');
  assert.deepEqual(await stranger.sdkJson('GET', '/credentials'), []);
  const missing = shape(await stranger.sdk('GET', `/credentials/${randomUUID()}`));
  assert.deepEqual(
    shape(await stranger.sdk('GET', `/credentials/${owner.credential.id}`)),
    missing,
  );
  const call = await stranger.proxy(owner.keys, '/echo', {
    headers: { 'x-paragon-credential': owner.credential.id },
  });
  assert.equal(call.status, 404);
  for (const [method, json] of [
    ['PATCH', { config: { sharedSettings: { stolen: 1 } } }],
    ['DELETE', undefined],
  ]) {
    const answer = await stranger.sdk(method, `/credentials/${owner.credential.id}`, json);
    assert.ok([404, 405].includes(answer.status), `${method} ${answer.status}`);
  }
  const still = await owner.user.sdkJson('GET', `/credentials/${owner.credential.id}`);
  assert.equal(still.configurations[0].sharedSettings?.stolen, undefined);
});

test('an API key works for its project alone', async () => {
  const answer = await send(theirs.projectUrl('/integrations'), {
    headers: { authorization: `Bearer ${mine.apiKey}` },
  });
  const missing = await send(
    mine.projectUrl('/integrations').replace(mine.projectId, randomUUID()),
    { headers: { authorization: `Bearer ${mine.apiKey}` } },
  );
  assert.deepEqual(shape(answer), shape(missing));
  assert.equal(answer.status, 404);
});

test('members that decide ownership are refused or ignored in bodies', async () => {
  const answer = await mine.api('POST', '/integrations', {
    name: 'Assigned',
    projectId: theirs.projectId,
  });
  if (answer.status < 300) assert.equal(answer.json().projectId, mine.projectId);
  else assert.match(answer.text, /projectId/);
});
