// The main path on PostgreSQL with two nodes side by side: any node serves any request, and a
// token is refreshed once.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freshDatabase } from '../lib/postgres.mjs';
import { startProvider } from '../fakes/provider.mjs';
import { oauthConnection } from '../lib/scenes.mjs';
import { ConnectedUser, World } from '../lib/world.mjs';
import { makeDataDir, startTenon } from '../lib/tenon.mjs';

let provider;
let database;
let nodes;
let folders;
let world;
let onOther; // the same project through the second node

before(async () => {
  provider = await startProvider();
  database = await freshDatabase();
  folders = [makeDataDir(), makeDataDir()];
  const start = (dataDir, flags = []) =>
    startTenon({
      dataDir,
      allowEgress: [provider.host],
      flags: ['--database-url', database.url, ...flags],
    });
  const first = await start(folders[0]);
  // Nodes share the master keys as well as the database.
  for (const name of readdirSync(folders[0]).filter((file) => /key/.test(file))) {
    copyFileSync(join(folders[0], name), join(folders[1], name));
  }
  nodes = [first, await start(folders[1], ['--public-url', first.origin])];
  world = await World.setUp(first);
  onOther = new World({ ...world, tenon: nodes[1] });
});
after(async () => {
  for (const node of nodes ?? []) await node.stop();
  await provider?.stop();
  await database?.drop();
  for (const folder of folders ?? []) rmSync(folder, { recursive: true, force: true });
});

test('what one node stores the other serves', async () => {
  const { crm, user } = await oauthConnection({ provider, world });
  const sameUser = new ConnectedUser(onOther, user.sub, user.token);
  assert.equal((await sameUser.proxy(crm, '/contacts')).status, 200);
  assert.equal((await onOther.apiJson('GET', `/integrations/${crm.id}`)).id, crm.id);
});

test('a flow that begins on one node ends on the other', async () => {
  const { crm } = await oauthConnection({ provider, world });
  const bob = new ConnectedUser(onOther, 'bob-two', world.user('bob-two').token);
  const begun = await bob.beginOauth(crm);
  assert.ok(begun.redirectUrl, begun.built.text);
  // The redirect URI is the first node's; the browser carries one origin's cookies, as behind a
  // load balancer.
  assert.ok(new URL(begun.redirectUrl).searchParams.get('redirect_uri').startsWith(world.origin));
});

for (const tokenDelayMs of [300, 12_000]) {
  test(`callers on both nodes, token endpoint at ${tokenDelayMs} ms: one token request in all`, async () => {
    provider.switches.accessTokenSeconds = 1;
    const { crm, user } = await oauthConnection({ provider, world });
    const there = new ConnectedUser(onOther, user.sub, user.token);
    await there.proxy(crm, '/contacts');
    await delay(1_200);
    Object.assign(provider.switches, { accessTokenSeconds: 3600, tokenDelayMs });
    provider.tokenCalls.length = 0;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        (index % 2 === 0 ? user : there).proxy(crm, '/contacts'),
      ),
    );
    provider.switches.tokenDelayMs = 0;
    assert.deepEqual(
      [...new Set(answers.map((answer) => answer.status))],
      [200],
      answers.find((answer) => answer.status !== 200)?.text,
    );
    assert.equal(provider.tokenCalls.length, 1);
  });
}

test('a change on one node is seen by the other within seconds', async () => {
  const { crm, user, credential } = await oauthConnection({ provider, world });
  const there = new ConnectedUser(onOther, user.sub, user.token);
  assert.equal((await there.proxy(crm, '/contacts')).status, 200);
  await user.sdk('DELETE', `/integrations/${crm.id}`, undefined, {
    headers: { 'x-paragon-credential': credential.id },
  });
  const deadline = Date.now() + 10_000;
  let status;
  do {
    await delay(50);
    ({ status } = await there.proxy(crm, '/contacts'));
  } while (status === 200 && Date.now() < deadline);
  assert.notEqual(status, 200, 'the other node still uses a disconnected account');
});

test('rolling restart: no call fails', async () => {
  const { crm, user } = await oauthConnection({ provider, world });
  const there = new ConnectedUser(onOther, user.sub, user.token);
  let stop = false;
  const failures = [];
  const load = (async () => {
    while (!stop) {
      const answer = await there
        .proxy(crm, '/contacts')
        .catch((error) => ({ status: String(error) }));
      if (answer.status !== 200) failures.push(answer.status);
    }
  })();
  await delay(200);
  const port = new URL(world.origin).host;
  await nodes[0].stop();
  nodes[0] = await startTenon({
    dataDir: folders[0],
    allowEgress: [provider.host],
    listen: port,
    flags: ['--database-url', database.url],
  });
  await delay(200);
  stop = true;
  await load;
  assert.deepEqual(failures, []);
});
