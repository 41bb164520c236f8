// A provider that breaks HTTP/2 in every way: each fault is a clear answer, and the next call is
// served.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startDnsServer } from '../fakes/dns-server.mjs';
import {
  block,
  data,
  flags,
  frame,
  frameTypes,
  headers,
  settings,
  startRawHttp2,
  uint32,
} from '../fakes/raw-http2.mjs';
import { CertificateAuthority } from '../lib/certificates.mjs';
import { until } from '../lib/clock.mjs';
import { apiKeyDefinition, givenTenon } from '../lib/world.mjs';

const name = 'api.provider.test';
const internalError = 2;
const refusedStream = 7;

let dns;
let authority;
let upstream;
let world;
let user;
let keys;

before(async () => {
  dns = await startDnsServer();
  dns.names.set(name, (type) => (type === 'A' ? ['127.0.0.1'] : []));
  authority = new CertificateAuthority();
  upstream = await startRawHttp2(authority.serverFor(name));
  world = await givenTenon({
    allowEgress: [`${name}:${upstream.port}`],
    flags: [
      ...['--dns-server', dns.host, '--upstream-ca-file', authority.file, '--workers', '1'],
      ...['--upstream-first-byte-timeout', '1s', '--upstream-idle-timeout', '1s'],
    ],
  });
  user = world.user('h2', { lifeSeconds: 86_400 });
  const apiUrl = `https://${name}:${upstream.port}/api`;
  keys = await world.integration(apiKeyDefinition({ apiUrl }));
  await user.connectedWithFields(keys, { api_key: 'planted-provider-key' });
});
after(async () => {
  await world?.stop();
  upstream?.stop();
  authority?.stop();
  await dns?.stop();
});

// The call's answer, or what went wrong with its connection.
const call = (options) =>
  user
    .proxy(keys, '/x', { raw: true, keepAlive: false, ...options })
    .catch((error) => ({ error, status: 'cut' }));

// Writes until the other side does not take it any more.
async function writeEndlessly(socket, piece) {
  for (let count = 0; count < 20_000 && !socket.destroyed; count += 1) {
    socket.write(piece);
    while (socket.writableNeedDrain && !socket.destroyed) await nextTurn();
  }
}

const status200 = { ':status': '200' };
const many = (text, count) => Buffer.concat(Array.from({ length: count }, () => text));

// [title, what the server does with each call, status, code of the answer]
for (const [title, script, status, code] of [
  [
    'a reset before the answer',
    (socket, id) => socket.write(frame(frameTypes.rst, flags.none, id, uint32(internalError))),
    502,
    'upstream.connection_closed',
  ],
  [
    'a reset in the middle of the answer',
    (socket, id) =>
      socket.write(
        Buffer.concat([
          headers(id, status200),
          data(id, 'half'),
          frame(frameTypes.rst, flags.none, id, uint32(internalError)),
        ]),
      ),
    'cut or 502',
  ],
  [
    'a refusal of every try',
    (socket, id) => socket.write(frame(frameTypes.rst, flags.none, id, uint32(refusedStream))),
    502,
    'upstream.connection_closed',
  ],
  [
    'GOAWAY for every call',
    (socket) => socket.end(frame(frameTypes.goaway, flags.none, 0, uint32(0, internalError))),
    502,
    'upstream.connection_closed',
  ],
  ['an end of the connection', (socket) => socket.end(), 502, 'upstream.connection_closed'],
  ['a reset of the connection', (socket) => socket.destroy(), 502, 'upstream.connection_closed'],
  [
    'bytes that are no frames',
    (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'),
    502,
    'upstream.malformed_response',
  ],
  [
    'a frame that is too large',
    (socket, id) => socket.write(frame(frameTypes.data, flags.none, id, Buffer.alloc(20_000))),
    502,
    'upstream.malformed_response',
  ],
  [
    'a body before any head',
    (socket, id) => socket.write(data(id, 'x', flags.endStream)),
    502,
    'upstream.malformed_response',
  ],
  [
    'frames of a stream that nobody opened',
    (socket) => socket.write(headers(12_345, status200)),
    502,
    'upstream.malformed_response',
  ],
  [
    'a pushed stream',
    (socket, id) =>
      socket.write(
        frame(
          frameTypes.push,
          flags.endHeaders,
          id,
          Buffer.concat([uint32(2), block({ ':method': 'GET', ':path': '/' })]),
        ),
      ),
    502,
    'upstream.malformed_response',
  ],
  [
    'a compressed head that is none',
    (socket, id) =>
      socket.write(frame(frameTypes.headers, flags.endHeaders, id, Buffer.alloc(20, 0xff))),
    502,
    'upstream.malformed_response',
  ],
  [
    'fields of an HTTP/1.1 connection',
    (socket, id) => socket.write(headers(id, { ...status200, connection: 'keep-alive' }, 5)),
    502,
    'upstream.malformed_response',
  ],
  [
    'a head without a status',
    (socket, id) => socket.write(headers(id, { 'content-type': 'text/plain' }, 5)),
    502,
    'upstream.malformed_response',
  ],
  [
    'a change of protocols',
    (socket, id) => socket.write(headers(id, { ':status': '101' })),
    502,
    'upstream.malformed_response',
  ],
  [
    'a large head',
    (socket, id) => {
      const parts = [block(status200)];
      for (let count = 0; count < 30; count += 1)
        parts.push(block({ [`x-${count}`]: 'v'.repeat(4_000) }));
      const all = Buffer.concat(parts);
      socket.write(frame(frameTypes.headers, flags.none, id, all.subarray(0, 16_000)));
      for (let at = 16_000; at < all.length; at += 16_000) {
        const last = at + 16_000 >= all.length ? flags.endHeaders : flags.none;
        socket.write(frame(frameTypes.continuation, last, id, all.subarray(at, at + 16_000)));
      }
    },
    502,
  ],
  [
    'too many fields',
    (socket, id) => {
      const fields = { ...status200 };
      for (let count = 0; count < 200; count += 1) fields[`x-${count}`] = 'v';
      socket.write(headers(id, fields, 5));
    },
    502,
    'upstream.head_too_large',
  ],
  [
    'endless heads',
    (socket, id) => {
      socket.write(frame(frameTypes.headers, flags.none, id, block(status200)));
      const piece = frame(frameTypes.continuation, flags.none, id, block({ 'x-a': 'b' }));
      void writeEndlessly(socket, piece);
    },
    502,
  ],
  [
    'endless interim answers',
    (socket, id) => socket.write(many(headers(id, { ':status': '103' }), 100)),
    502,
    'upstream.malformed_response',
  ],
  [
    'a flood of PING',
    (socket) =>
      void writeEndlessly(
        socket,
        many(frame(frameTypes.ping, flags.none, 0, Buffer.alloc(8)), 100),
      ),
    502,
    'upstream.malformed_response',
  ],
  [
    'a flood of SETTINGS',
    (socket) => void writeEndlessly(socket, many(settings(), 100)),
    502,
    'upstream.malformed_response',
  ],
  [
    'a flood of empty DATA',
    (socket, id) => {
      socket.write(headers(id, status200));
      void writeEndlessly(socket, many(data(id, ''), 100));
    },
    'cut',
  ],
  [
    'a window beyond its largest',
    (socket) =>
      socket.write(many(frame(frameTypes.windowUpdate, flags.none, 0, uint32(0x7fffffff)), 2)),
    502,
    'upstream.malformed_response',
  ],
  [
    'less body than said',
    (socket, id) =>
      socket.write(
        Buffer.concat([
          headers(id, { ...status200, 'content-length': '10' }),
          data(id, 'half', flags.endStream),
        ]),
      ),
    'cut or 502',
  ],
  [
    'more body than said',
    (socket, id) =>
      socket.write(
        Buffer.concat([
          headers(id, { ...status200, 'content-length': '2' }),
          data(id, 'too much', flags.endStream),
        ]),
      ),
    'cut or 502',
  ],
  ['silence', () => {}, 504, 'upstream.timeout'],
  ['silence in the middle', (socket, id) => socket.write(headers(id, status200)), 'cut'],
]) {
  test(`${title} is told, and the next call is served`, async () => {
    upstream.script = script;
    const answer = await call();
    upstream.script = undefined;
    if (status === 'cut or 502') assert.ok([502, 'cut'].includes(answer.status), answer.text);
    else assert.equal(answer.status, status, answer.text ?? String(answer.error));
    if (code) assert.equal(answer.json().code, code, answer.text);
    if (answer.status === 504) assert.match(answer.json().message, /first_byte_timeout/);
    assert.ok(!(answer.text ?? '').includes('planted-provider-key'));
    const next = await call();
    assert.equal(next.text, 'fine');
  });
}

test('a refused request is sent again, whatever its method', async () => {
  let refusals = 1;
  upstream.script = (socket, id) => {
    refusals -= 1;
    if (refusals < 0) return socket.write(upstream.ok(id));
    return socket.write(frame(frameTypes.rst, flags.none, id, uint32(refusedStream)));
  };
  const answer = await call({ method: 'POST', body: 'once', headers: { 'content-length': '4' } });
  upstream.script = undefined;
  assert.equal(answer.text, 'fine');
});

test('a request that may have been processed is not sent again', async () => {
  const before = upstream.calls;
  upstream.script = (socket, id) =>
    socket.write(frame(frameTypes.rst, flags.none, id, uint32(internalError)));
  const answer = await call({ method: 'POST', body: 'once', headers: { 'content-length': '4' } });
  upstream.script = undefined;
  assert.equal(answer.status, 502);
  assert.equal(upstream.calls, before + 1);
});

test('300 faults leave no descriptor behind', async () => {
  const descriptors = () => readdirSync(`/proc/${world.tenon.child.pid}/fd`).length;
  assert.equal((await call()).text, 'fine');
  const before = descriptors();
  upstream.script = (socket, id, count) =>
    count % 2 === 0
      ? socket.destroy()
      : socket.write(frame(frameTypes.data, flags.none, id, Buffer.alloc(20_000)));
  // On a busy machine the limit of a second may pass before the fault is seen.
  for (let round = 0; round < 300; round += 1) assert.match(`${(await call()).status}`, /50[24]/);
  upstream.script = undefined;
  assert.equal((await call()).text, 'fine');
  await until('descriptors are closed', () => descriptors() <= before + 2);
});
