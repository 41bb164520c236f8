// Names that lie: whatever a DNS server answers, and however often it changes its mind, only an
// allowed address is dialled (reliability rows 48, 49 and 54).
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { startDnsServer } from '../fakes/dns-server.mjs';
import { send } from '../lib/http.mjs';
import { apiKeyDefinition, givenTenon } from '../lib/world.mjs';

// Stands for a public address: allowed, and on this machine. The canary listens beside it, on the
// same port of an address that is not allowed.
const goodAddress = '127.0.0.2';
const canaryAddress = '127.0.0.1';

let dns;
let good;
let canary;
let world;
let user;

async function startServer(address, port, answer) {
  const server = http.createServer((_request, response) => {
    server.requests += 1;
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(answer);
  });
  server.requests = 0;
  server.connections = 0;
  server.on('connection', () => {
    server.connections += 1;
  });
  server.listen(port, address);
  await once(server, 'listening');
  return server;
}

before(async () => {
  dns = await startDnsServer();
  good = await startServer(goodAddress, 0, '"good"');
  canary = await startServer(canaryAddress, good.address().port, '"canary"');
  world = await givenTenon({
    allowEgress: [`${goodAddress}/32:${good.address().port}`],
    flags: ['--dns-server', dns.host, '--upstream-connect-timeout', '1s'],
  });
  user = world.user();
});
after(async () => {
  await world?.stop();
  good?.close();
  canary?.close();
  await dns?.stop();
});

let count = 0;

// A connected integration whose host is a new name that the DNS server answers so.
async function integrationAt(answers) {
  count += 1;
  const name = `api-${count}.provider.test`;
  dns.names.set(name, answers);
  const keys = await world.integration(
    apiKeyDefinition(
      { apiUrl: `http://${name}:${good.address().port}` },
      { name: `Lying ${count}` },
    ),
  );
  await user.connectedWithFields(keys, { api_key: 'x' });
  return keys;
}

const onlyA = (addresses) => (type) => (type === 'A' ? addresses : []);
const onlyAAAA = (addresses) => (type) => (type === 'AAAA' ? addresses : []);

test('an honest name is served', async () => {
  const answer = await user.proxy(await integrationAt(onlyA([goodAddress])), '/x');
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json(), { output: 'good' });
});

for (const goodAnswers of [1, 2, 3, 4]) {
  test(`rebinding after ${goodAnswers} honest answers reaches nothing`, async () => {
    const keys = await integrationAt((type, asked) =>
      type === 'A' ? [asked < goodAnswers ? goodAddress : canaryAddress] : [],
    );
    const statuses = [];
    for (let call = 0; call < 8; call += 1) statuses.push((await user.proxy(keys, '/x')).status);
    // Each connection asks anew, since the answers may not be kept.
    assert.deepEqual(
      statuses,
      Array.from({ length: 8 }, (_, index) => (index < goodAnswers ? 200 : 403)),
    );
    assert.equal(canary.connections, 0);
  });
}

test('private, mixed and disguised answers are refused by name', async () => {
  const lies = {
    loopback: onlyA([canaryAddress]),
    'mixed, good first': onlyA([goodAddress, canaryAddress]),
    'mixed, good last': onlyA([canaryAddress, goodAddress]),
    metadata: onlyA(['169.254.169.254']),
    'private network': onlyA(['10.0.0.1']),
    unspecified: onlyA(['0.0.0.0']),
    'IPv6 loopback alone': onlyAAAA(['::1']),
    'mapped IPv4': onlyAAAA(['0:0:0:0:0:ffff:7f00:1']),
    NAT64: onlyAAAA(['64:ff9b::7f00:1']),
    '6to4': onlyAAAA(['2002:7f00:1::']),
    'unique local': onlyAAAA(['fd00::1']),
    alias: onlyA([{ cname: 'inner.provider.test' }, canaryAddress]),
  };
  for (const [name, answers] of Object.entries(lies)) {
    const answer = await user.proxy(await integrationAt(answers), '/x');
    assert.equal(answer.status, 403, `${name}: ${answer.text}`);
    assert.equal(answer.json().code, 'egress.denied', name);
  }
  assert.equal(canary.connections, 0);
});

test('names without a usable answer are 502 or 504 in time, and hold nobody up', async () => {
  const failures = {
    unknown: [undefined, 502],
    refused: [() => 'refused', 502],
    'no address': [() => [], 502],
    'truncated, and nothing on TCP': [() => 'truncated', 502],
    silent: [() => 'silent', 504],
  };
  const calls = [];
  for (const [name, [answers, status]] of Object.entries(failures)) {
    const keys = await integrationAt(answers ?? (() => 'unknown'));
    const started = Date.now();
    calls.push(
      user.proxy(keys, '/x').then((answer) => {
        assert.equal(answer.status, status, `${name}: ${answer.text}`);
        assert.match(answer.json().code, /^upstream\.(dns_failed|timeout)$/, name);
        assert.ok(Date.now() - started < 8_000, name);
      }),
    );
  }
  for (let round = 0; round < 20; round += 1)
    assert.equal((await send(`${world.origin}/healthz`)).status, 200);
  await Promise.all(calls);
});

test('an answer with a thousand addresses costs no more than one', async () => {
  const many = Array.from({ length: 1_000 }, () => goodAddress);
  const answer = await user.proxy(await integrationAt(onlyA(many)), '/x');
  assert.ok([200, 502].includes(answer.status), answer.text);
  assert.equal((await send(`${world.origin}/healthz`)).status, 200);
  assert.equal(canary.connections, 0);
});
