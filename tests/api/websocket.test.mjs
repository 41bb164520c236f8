// WebSockets through the proxy: the opening handshake with the credential, bytes both ways, and
// the ways they end. Frames are written by hand, since the proxy must not care what they hold.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { keyConnection, startScene } from '../lib/scenes.mjs';
import { startHttpServer } from '../fakes/http-server.mjs';
import { sendRaw } from '../lib/http.mjs';

const websocketGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const acceptFor = (key) =>
  createHash('sha1')
    .update(key + websocketGuid)
    .digest('base64');

let scene;
let upstream;
let keys;
let user;

// What the fake saw of each handshake, and the sockets that it has open.
const handshakes = [];
const sockets = new Set();

before(async () => {
  upstream = await startHttpServer((request, response) => {
    handshakes.push(request);
    response.writeHead(426, { 'content-type': 'text/plain' }).end('upgrade, please');
  });
  upstream.server.on('upgrade', (request, socket) => {
    handshakes.push(request);
    if (request.url.endsWith('/refused')) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno');
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        `Sec-WebSocket-Accept: ${acceptFor(request.headers['sec-websocket-key'])}\r\n` +
        'Sec-WebSocket-Protocol: chat\r\n\r\n',
    );
    if (request.url.endsWith('/echo')) socket.on('data', (bytes) => socket.write(unmasked(bytes)));
    else socket.resume();
  });
  scene = await startScene({
    allowEgress: [upstream.host],
    flags: ['--tunnel-idle-timeout', '2s'],
  });
  ({ keys, user } = await keyConnection(scene, {
    key: 'planted-provider-key',
    changes: { api: { baseUrl: `${upstream.origin}/api` } },
  }));
});
after(async () => {
  await scene?.stop();
  for (const socket of sockets) socket.destroy();
  await upstream?.stop();
});

// One small text frame, masked as clients must, and the same frame as servers send it.
function maskedFrame(text) {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const masked = payload.map((byte, index) => byte ^ mask[index % 4]);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, masked]);
}
function unmasked(frame) {
  const length = frame[1] & 0x7f;
  const mask = frame.subarray(2, 6);
  const payload = frame.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4]);
  return Buffer.concat([Buffer.from([frame[0], length]), payload]);
}

// Resolves with {upgraded: true, socket, response, accept} or with the plain answer.
async function open(path, headers = {}) {
  const key = randomBytes(16).toString('base64');
  const request = http.request(user.sdkUrl(`/proxy/${keys.type}${path}`), {
    agent: false,
    headers: {
      authorization: `Bearer ${user.token}`,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': key,
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'chat',
      ...headers,
    },
  });
  request.end();
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('upgrade', (response, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve({ upgraded: true, response, socket, accept: acceptFor(key) });
    });
    request.on('response', async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ upgraded: false, response, text: Buffer.concat(chunks).toString() });
    });
  });
}

async function readBytes(socket, count) {
  let bytes;
  while ((bytes = socket.read(count)) === null) await once(socket, 'readable');
  return bytes;
}

test('the handshake reaches the provider with the credential, and frames flow both ways', async () => {
  const { upgraded, response, socket, accept } = await open('/echo');
  assert.ok(upgraded);
  assert.equal(response.statusCode, 101);
  assert.equal(response.headers['sec-websocket-accept'], accept);
  assert.equal(response.headers['sec-websocket-protocol'], 'chat');
  const seen = handshakes.at(-1);
  assert.equal(seen.url, '/api/echo');
  assert.equal(seen.headers.authorization, 'Bearer planted-provider-key');
  assert.equal(seen.headers['sec-websocket-version'], '13');
  assert.equal(seen.headers.host, upstream.host);
  assert.ok(!JSON.stringify(seen.rawHeaders).includes(user.token));
  for (const text of ['hello', 'a second frame']) {
    socket.write(maskedFrame(text));
    const frame = await readBytes(socket, 2 + text.length);
    assert.equal(frame.subarray(2).toString(), text);
  }
  socket.destroy();
});

test('a caller that leaves takes the provider along', async () => {
  const { socket } = await open('/quiet');
  const [provider] = [...sockets].slice(-1);
  const closed = once(provider, 'close');
  const left = Date.now();
  socket.destroy();
  await closed;
  assert.ok(Date.now() - left < 2_000);
});

test('the provider ends, and the caller sees the end', async () => {
  const { socket } = await open('/quiet');
  const [provider] = [...sockets].slice(-1);
  provider.end('last words');
  assert.equal((await readBytes(socket, 10)).toString(), 'last words');
  socket.resume();
  await once(socket, 'end');
});

test('a silent tunnel ends at its limit, which the log names', async () => {
  const { socket } = await open('/quiet');
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'close');
  const cut = scene.world.tenon.logLines().filter((line) => line.event === 'http.tunnel_cut');
  assert.match(cut.at(-1).why, /tunnel_idle_timeout/);
});

test('any other answer is relayed as usual', async () => {
  const refused = await open('/refused', { 'x-paragon-use-raw-response': '1' });
  assert.equal(refused.upgraded, false);
  assert.equal(refused.response.statusCode, 403);
  assert.equal(refused.text, 'no');
});

test('without a valid user token nothing reaches the provider', async () => {
  const before = handshakes.length;
  const refused = await open('/echo', { authorization: 'Bearer nobody' });
  assert.equal(refused.upgraded, false);
  assert.equal(refused.response.statusCode, 401);
  assert.equal(handshakes.length, before);
});

test('HTTP/1.0 and requests with a body are not upgraded', async () => {
  const path = `/projects/${user.world.projectId}/sdk/proxy/${keys.type}/echo`;
  const fields =
    `Host: tenon\r\nAuthorization: Bearer ${user.token}\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n';
  for (const bytes of [
    `GET ${path} HTTP/1.0\r\n${fields}Connection: Upgrade\r\n\r\n`,
    `GET ${path} HTTP/1.1\r\n${fields}Connection: Upgrade, close\r\nContent-Length: 2\r\n\r\nhi`,
  ]) {
    const { text } = await sendRaw(user.world.origin, bytes);
    assert.match(text, /^HTTP\/1\.1 426 /);
    assert.equal(handshakes.at(-1).headers.upgrade, undefined);
  }
});
