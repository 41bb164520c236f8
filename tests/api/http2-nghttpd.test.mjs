// HTTP/2 with the server that nghttp2 itself brings: another implementation than Node's.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDnsServer } from '../fakes/dns-server.mjs';
import { CertificateAuthority } from '../lib/certificates.mjs';
import { until } from '../lib/clock.mjs';
import { apiKeyDefinition, givenTenon } from '../lib/world.mjs';

const name = 'api.provider.test';
const file = randomBytes(8 << 20);
const fileSha256 = createHash('sha256').update(file).digest('hex');

let folder;
let dns;
let authority;
let server;
let world;
let user;
let keys;

async function isListening(port) {
  const socket = net.connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

// nghttpd does not say which port it took for 0, so a free one is looked up first.
async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenon-nghttpd-'));
  dns = await startDnsServer();
  dns.names.set(name, (type) => (type === 'A' ? ['127.0.0.1'] : []));
  authority = new CertificateAuthority();
  const { key, cert } = authority.serverFor(name);
  writeFileSync(join(folder, 'key.pem'), key);
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'file.bin'), file);
  const port = await freePort();
  server = spawn(
    'nghttpd',
    [
      ...['--address=127.0.0.1', `--htdocs=${folder}`, '--echo-upload', '--trailer=x-end: yes'],
      ...['--max-concurrent-streams=10', String(port)],
      ...[join(folder, 'key.pem'), join(folder, 'cert.pem')],
    ],
    { stdio: 'ignore' },
  );
  await until('nghttpd listens', () => isListening(port));
  world = await givenTenon({
    allowEgress: [`${name}:${port}`],
    flags: ['--dns-server', dns.host, '--upstream-ca-file', authority.file, '--workers', '1'],
  });
  user = world.user();
  keys = await world.integration(apiKeyDefinition({ apiUrl: `https://${name}:${port}` }));
  await user.connectedWithFields(keys, { api_key: 'k' });
});
after(async () => {
  await world?.stop();
  server?.kill();
  authority?.stop();
  await dns?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const sha256 = (answer) => createHash('sha256').update(answer.body).digest('hex');

test('a file comes down whole, with its trailers', async () => {
  const answer = await user.proxy(keys, '/file.bin', { raw: true, headers: { te: 'trailers' } });
  assert.equal(answer.status, 200);
  assert.equal(sha256(answer), fileSha256);
});

test('a body goes up and comes back at the same time', async () => {
  const answer = await user.proxy(keys, '/echo', {
    method: 'POST',
    raw: true,
    body: file,
    headers: { 'content-length': file.length },
  });
  assert.equal(answer.status, 200);
  assert.equal(sha256(answer), fileSha256);
});

test('more calls than the provider allows at a time wait for their turn', async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => user.proxy(keys, '/cert.pem', { raw: true })),
  );
  for (const answer of answers) assert.equal(answer.status, 200, answer.text);
});
