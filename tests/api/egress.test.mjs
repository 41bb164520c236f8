// The guard on outgoing requests: no spelling of a private address, no DNS answer and no redirect
// gets a byte through.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startRawUpstream } from '../fakes/raw-upstream.mjs';
import { startScene } from '../lib/scenes.mjs';

let scene;
let world;
let canary; // listens on loopback; nobody is allowed to reach it
let count = 0;

before(async () => {
  canary = await startRawUpstream();
  canary.answer = { bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}', close: true };
  scene = await startScene();
  world = scene.world;
});
after(async () => {
  await scene?.stop();
  await canary?.stop();
});

const canaryPort = () => canary.host.split(':')[1];

// Every way to write 127.0.0.1 and its kind that some parser somewhere understands.
function loopbackHosts() {
  return [
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '017700000001',
    '127.000.000.001',
    '127.0.0.1.',
    '0',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:0:0:1]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'foo.localhost',
    '127.0.0.2',
    '127.255.255.254',
    '①②⑦.⓪.⓪.①',
    '１２７.0.0.1',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    '127.0.0.1%00',
    '[fe80::1%25lo]',
    '[::1%25lo]',
  ];
}

const privateHosts = [
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0xa9fea9fe',
  '2852039166',
  '[fd00::1]',
  '[fe80::1]',
  '[::ffff:169.254.169.254]',
  '[64:ff9b::a9fe:a9fe]',
  '192.0.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '[ff02::1]',
  '240.0.0.1',
];

// Saves an integration whose base URL has this host and calls it. Gives the answer that ended the
// attempt.
async function tryHost(host, port = canaryPort()) {
  count += 1;
  const saved = await world.api('POST', '/integrations', {
    name: `Probe ${count}`,
    status: 'active',
    authentication: {
      method: 'basic',
      inputFields: [{ id: 'key', title: 'Key', required: false }],
    },
    api: { baseUrl: `http://${host}:${port}/`, authorization: { type: 'none' } },
  });
  if (saved.status >= 400) return saved;
  const user = world.user(`probe-${count}`);
  const connected = await user.connectWithFields(saved.json(), { key: 'x' });
  if (connected.status >= 400) return connected;
  return user.proxy(saved.json(), '/latest/meta-data');
}

test('no spelling of loopback reaches it', async () => {
  const wrong = [];
  for (const host of loopbackHosts()) {
    const answer = await tryHost(host);
    if (answer.status < 400 || answer.status === 500)
      wrong.push(`${host}: ${answer.status} ${answer.text}`);
  }
  assert.deepEqual(wrong, []);
  assert.equal(canary.connections, 0);
});

test('no private, link-local, metadata or reserved address is dialled', async () => {
  const wrong = [];
  for (const host of privateHosts) {
    const started = Date.now();
    const answer = await tryHost(host, 80);
    const isRefused =
      answer.status >= 400 && answer.status !== 500 && Date.now() - started < 3_000;
    if (!isRefused)
      wrong.push(`${host}: ${answer.status} after ${Date.now() - started} ms ${answer.text}`);
  }
  assert.deepEqual(wrong, []);
});

test('a host that a user fills in is judged like any other', async () => {
  const saved = await world.integration({
    name: 'Host of the user',
    authentication: { method: 'basic', inputFields: [{ id: 'site', title: 'Site' }] },
    api: { baseUrl: `http://{{ inputs.site }}:${canaryPort()}/`, authorization: { type: 'none' } },
  });
  for (const site of [
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f000001',
    '[::1]',
    'a@127.0.0.1',
    '127.0.0.1:1/x?',
    '127.0.0.1#',
    '127.0.0.1/..',
    'evil.example.com/',
    '%6c%6f%63%61%6c%68%6f%73%74',
    '127.0.0.1\\@x',
    '127.0.0.1\r\nX: y',
  ]) {
    const user = world.user();
    const connected = await user.connectWithFields(saved, { site });
    const answer = connected.status >= 400 ? connected : await user.proxy(saved, '/x');
    assert.ok(
      answer.status >= 400 && answer.status !== 500,
      `${site}: ${answer.status} ${answer.text}`,
    );
  }
  assert.equal(canary.connections, 0);
});

test('token, test and profile URLs are judged as well', async () => {
  const evil = `http://${canary.host}/token`;
  const user = world.user();
  for (const definition of [
    {
      name: 'Evil token',
      authentication: { method: 'oauth_client_credential', accessTokenUrl: evil },
      api: { baseUrl: scene.provider.apiUrl, authorization: { type: 'bearer' } },
    },
    {
      name: 'Evil test',
      authentication: {
        method: 'basic',
        inputFields: [{ id: 'key', title: 'Key', required: false }],
      },
      api: {
        baseUrl: scene.provider.apiUrl,
        authorization: { type: 'none' },
        testEndpoint: { path: evil },
      },
    },
    {
      name: 'Evil profile',
      authentication: {
        method: 'basic',
        inputFields: [{ id: 'key', title: 'Key', required: false }],
      },
      api: {
        baseUrl: scene.provider.apiUrl,
        authorization: { type: 'none' },
        userProfile: { url: evil },
      },
    },
  ]) {
    const saved = await world.api('POST', '/integrations', { status: 'active', ...definition });
    if (saved.status >= 400) continue;
    const answer = await user.connectWithFields(saved.json(), {
      clientId: 'x',
      clientSecret: 'y',
      key: 'z',
    });
    assert.ok(
      answer.status >= 400 && answer.status !== 500,
      `${definition.name}: ${answer.status} ${answer.text}`,
    );
  }
  assert.equal(canary.connections, 0);
});

test('the allow-list opens one host and port, not its neighbour', async () => {
  const answer = await tryHost('127.0.0.1', scene.provider.port);
  assert.equal(answer.status, 404, answer.text); // the fake's own 404: it was reached
  assert.equal(answer.json().meta.isIntegrationError, true);
  assert.ok((await tryHost('127.0.0.1')).status >= 400);
  assert.equal(canary.connections, 0);
});

test('other schemes and broken URLs are refused when saving, by field', async () => {
  for (const baseUrl of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://example.com/',
    'data:,x',
    'http:///x',
    'http://',
    'http://exa mple.com/',
    'http://example.com:99999/',
    'http://[::1/',
    'https://user:pw@example.com/',
    'ht\ttp://example.com/',
    'http://example.com\u0000/',
    '//example.com/',
    'example.com',
    'unix:/tmp/x',
    'http://example.com\r\nHost: x',
    'dict://x',
    'ldap://x',
    'http:example.com',
    'http:/example.com',
    'http:\\\\example.com',
  ]) {
    const saved = await world.api('POST', '/integrations', {
      name: `Broken ${(count += 1)}`,
      status: 'active',
      authentication: { method: 'basic', inputFields: [{ id: 'key', title: 'Key' }] },
      api: { baseUrl, authorization: { type: 'none' } },
    });
    assert.equal(saved.status, 400, `${baseUrl}: ${saved.status} ${saved.text}`);
    assert.ok(
      saved.json().meta.problems.some((problem) => problem.field === 'api.baseUrl'),
      saved.text,
    );
  }
});
