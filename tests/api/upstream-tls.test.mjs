// HTTPS to providers: who may be spoken to, and what is said when a certificate is wrong
// (reliability row 76).
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import https from 'node:https';
import { once } from 'node:events';
import { startDnsServer } from '../fakes/dns-server.mjs';
import { CertificateAuthority } from '../lib/certificates.mjs';
import { TestClock } from '../lib/clock.mjs';
import { apiKeyDefinition, givenTenon } from '../lib/world.mjs';

const name = 'api.provider.test';

let dns;
let authority;
let stranger;
let clock;
let world;
let user;
const servers = {}; // by what is special about them
const integrations = {};

async function startServer(options) {
  const server = https.createServer(options, (request, response) => {
    server.seen.push(request.headers.authorization);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('"secret answer"');
  });
  server.seen = [];
  server.on('tlsClientError', () => {}); // the refused handshakes
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

before(async () => {
  dns = await startDnsServer();
  dns.names.set(name, (type) => (type === 'A' ? ['127.0.0.1'] : []));
  authority = new CertificateAuthority();
  stranger = new CertificateAuthority('Another authority');
  clock = new TestClock();
  const valid = authority.serverFor(name);
  servers.valid = await startServer(valid);
  servers.otherHost = await startServer(authority.serverFor('other.provider.test'));
  servers.selfSigned = await startServer(authority.selfSignedFor(name));
  servers.strangers = await startServer(stranger.serverFor(name));
  servers.old = await startServer({
    ...valid,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const hosts = Object.values(servers).map((server) => `${name}:${server.address().port}`);
  world = await givenTenon({
    allowEgress: hosts,
    env: clock.env,
    flags: ['--dns-server', dns.host, '--upstream-ca-file', authority.file],
  });
  user = world.user('tls', { lifeSeconds: 7 * 86_400 });
  for (const [kind, server] of Object.entries(servers)) {
    const apiUrl = `https://${name}:${server.address().port}`;
    integrations[kind] = await world.integration(apiKeyDefinition({ apiUrl }, { name: kind }));
    await user.connectedWithFields(integrations[kind], { api_key: 'planted-key' });
  }
});
after(async () => {
  await world?.stop();
  for (const server of Object.values(servers)) server.close();
  for (const one of [authority, stranger, clock]) one?.stop();
  await dns?.stop();
});

async function assertRefused(kind, words) {
  const answer = await user.proxy(integrations[kind], '/x');
  assert.equal(answer.status, 502, `${kind}: ${answer.text}`);
  assert.equal(answer.json().code, 'upstream.tls_failed', kind);
  assert.match(answer.json().message, words, kind);
  assert.ok(answer.json().message.includes(name), `the host is not named: ${answer.text}`);
  assert.ok(!answer.text.includes('planted-key'));
}

test('a certificate of an added authority is accepted, on new and kept connections', async () => {
  for (let call = 0; call < 3; call += 1) {
    const answer = await user.proxy(integrations.valid, '/x');
    assert.equal(answer.status, 200, answer.text);
  }
  assert.deepEqual(servers.valid.seen, Array(3).fill('Bearer planted-key'));
});

test('a wrong host, nobody, a stranger and old protocols are refused before a byte is sent', async () => {
  await assertRefused('otherHost', /hostname mismatch/i);
  await assertRefused('selfSigned', /self-signed certificate/i);
  await assertRefused('strangers', /certificate/i);
  await assertRefused('old', /protocol|version|alert/i);
  for (const kind of ['otherHost', 'selfSigned', 'strangers', 'old'])
    assert.deepEqual(servers[kind].seen, [], kind);
});

test('an expired certificate is refused, also where the connection was good before', async () => {
  servers.valid.closeAllConnections();
  clock.advance({ hours: 48 });
  const before = servers.valid.seen.length;
  await assertRefused('valid', /expired/i);
  assert.equal(servers.valid.seen.length, before);
});
