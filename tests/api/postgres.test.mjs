// The main path on PostgreSQL with two nodes side by side: any node serves any request, and a
// token is refreshed once.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TestClock, until } from '../lib/clock.mjs';
import { Visitor, send } from '../lib/http.mjs';
import { freshDatabase } from '../lib/postgres.mjs';
import { startProvider } from '../fakes/provider.mjs';
import { expiredConnection, oauthConnection } from '../lib/scenes.mjs';
import { ConnectedUser, World } from '../lib/world.mjs';
import { makeDataDir, startTenon } from '../lib/tenon.mjs';

let provider;
let clock;
let database;
let nodes;
let folders;
let world;
let onOther; // the same project through the second node

// A node with the flags that both nodes share; `listen` takes a former node's address over.
const startNode = (index, { listen, flags = [] } = {}) =>
  startTenon({
    dataDir: folders[index],
    env: clock.env,
    listen,
    allowEgress: [provider.host],
    flags: ['--database-url', database.url, ...flags],
  });

before(async () => {
  provider = await startProvider();
  clock = new TestClock();
  database = await freshDatabase();
  folders = [makeDataDir(), makeDataDir()];
  const first = await startNode(0);
  // Nodes share the master keys as well as the database.
  for (const name of readdirSync(folders[0]).filter((file) => /key/.test(file))) {
    copyFileSync(join(folders[0], name), join(folders[1], name));
  }
  nodes = [first, await startNode(1, { flags: ['--public-url', first.origin] })];
  world = await World.setUp(first);
  onOther = new World({ ...world, tenon: nodes[1] });
});
after(async () => {
  for (const node of nodes ?? []) await node.stop();
  await provider?.stop();
  clock?.stop();
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

// A browser whose way back from the provider leads through a load balancer to the other node.
class BalancedVisitor extends Visitor {
  callbacks = 0;

  async send(url, options = {}) {
    const address = new URL(url);
    if (address.origin !== world.origin || !address.pathname.startsWith('/oauth/'))
      return super.send(url, options);
    this.callbacks += 1;
    const headers = { ...options.headers, cookie: this.cookieHeader(url), host: address.host };
    const answer = await send(onOther.origin + address.pathname + address.search, {
      ...options,
      headers,
    });
    return { ...answer, url: String(url) };
  }
}

test('a callback that reaches the other node connects the account', async () => {
  const { crm } = await oauthConnection({ provider, world });
  const carol = world.user('carol');
  const browser = new BalancedVisitor();
  const credential = await carol.connectThroughPage(crm, { browser });
  assert.equal(browser.callbacks, 1);
  assert.equal(credential.status, 'VALID');
  const there = new ConnectedUser(onOther, carol.sub, carol.token);
  for (const user of [carol, there])
    assert.equal((await user.proxy(crm, '/contacts')).status, 200);
});

test('callers on both nodes, a slow token endpoint: one token request in all', async () => {
  const connection = await expiredConnection({ provider, world, clock });
  const there = new ConnectedUser(onOther, connection.user.sub, connection.user.token);
  const release = provider.holdTokens();
  const callers = (count) =>
    Array.from({ length: count }, (_, index) =>
      (index % 2 === 0 ? connection.user : there).proxy(connection.crm, '/contacts'),
    );
  const early = callers(100);
  const waiting = async (count) => {
    const counts = await Promise.all(
      nodes.map((node) => node.metric('tenon_http_requests_in_flight')),
    );
    return counts.every((one) => one >= count);
  };
  await until('fifty calls wait on each node', () => waiting(50));
  await until('the token request is there', () => provider.tokenCalls.length > 0);
  clock.advance({ seconds: 35 });
  const late = callers(20);
  await until('sixty calls wait on each node', () => waiting(60));
  release();
  const answers = await Promise.all([...early, ...late]);
  assert.deepEqual(
    [...new Set(answers.map((answer) => answer.status))],
    [200],
    answers.find((answer) => answer.status !== 200)?.text,
  );
  assert.equal(provider.tokenCalls.length, 1);
});

test('a change on one node is seen by the other within seconds', async () => {
  const { crm, user, credential } = await oauthConnection({ provider, world });
  const there = new ConnectedUser(onOther, user.sub, user.token);
  assert.equal((await there.proxy(crm, '/contacts')).status, 200);
  await user.sdk('DELETE', `/integrations/${crm.id}`, undefined, {
    headers: { 'x-paragon-credential': credential.id },
  });
  await until(
    'the other node notices the disconnected account',
    async () => (await there.proxy(crm, '/contacts')).status !== 200,
  );
});

// A load balancer in front of some clients: takes the nodes in turn and passes over one that does
// not listen. A connection at rest may be closed at any time; what was sent on it just then is sent
// again, as every balancer does with requests that may be repeated.
class RoundRobin {
  answers = new Map(); // status or error → how often
  #next = 0;
  #origins;

  constructor(origins) {
    this.#origins = origins;
  }

  async send(path, headers) {
    const first = (this.#next += 1);
    for (let attempt = 0; attempt < 2 * this.#origins.length; attempt += 1) {
      const origin = this.#origins[(first + attempt) % this.#origins.length];
      try {
        return (await send(origin + path, { headers })).status;
      } catch (error) {
        const isPassedOver = error.code === 'ECONNREFUSED' || error.wasReused;
        if (!isPassedOver) return error.code ?? error.message;
      }
    }
    return 'no node is there';
  }

  async keepCalling(path, headers, isOver) {
    while (!isOver()) {
      const result = await this.send(path, headers);
      this.answers.set(result, (this.answers.get(result) ?? 0) + 1);
    }
  }
}

test('rolling restart: one node after the other, and no call fails', async () => {
  const { crm, user } = await oauthConnection({ provider, world });
  const balancer = new RoundRobin(nodes.map((node) => node.origin));
  const path = new URL(user.sdkUrl(`/proxy/${crm.type}/contacts`)).pathname;
  let over = false;
  const clients = Array.from({ length: 8 }, () =>
    balancer.keepCalling(path, { authorization: `Bearer ${user.token}` }, () => over),
  );
  const served = () => balancer.answers.get(200) ?? 0;
  const more = (count) => {
    const wanted = served() + count;
    return until(`${count} more calls are served`, () => served() >= wanted, 60_000);
  };
  await more(200);
  for (const index of [0, 1]) {
    const { origin } = nodes[index];
    assert.deepEqual(await nodes[index].stop(), { code: 0, signal: null });
    await more(200);
    nodes[index] = await startNode(index, {
      listen: new URL(origin).host,
      flags: index === 0 ? [] : ['--public-url', nodes[0].origin],
    });
    await more(200);
  }
  over = true;
  await Promise.all(clients);
  assert.deepEqual([...balancer.answers.keys()], [200], JSON.stringify([...balancer.answers]));
});
