// Malformed HTTP against the real server (reliability.md rows 55 to 61): refused, closed, never a
// second request.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import { givenTenon } from '../lib/world.mjs';
import { sendRaw } from '../lib/http.mjs';

let world;
before(async () => {
  world = await givenTenon({
    flags: ['--request-head-timeout', '1s', '--client-idle-timeout', '2s'],
  });
});
after(() => world?.stop());

// Behind every malformed request stands one that must never be answered.
const smuggled = 'GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n';
const post = (headers, body = '') =>
  `POST /api/v1/setup HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}${smuggled}`;
const get = (line, headers = 'Host: x\r\n') => `${line}\r\n${headers}\r\n${smuggled}`;

const malformed = new Map([
  // Length and coding in conflict.
  ['length and chunked', post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
  ['chunked and length', post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', '0\r\n\r\n')],
  ['two different lengths', post('Content-Length: 4\r\nContent-Length: 5\r\n', 'abcd')],
  ['two equal lengths', post('Content-Length: 4\r\nContent-Length: 4\r\n', 'abcd')],
  ['a list of lengths', post('Content-Length: 4, 4\r\n', 'abcd')],
  ['length with a sign', post('Content-Length: +4\r\n', 'abcd')],
  ['negative length', post('Content-Length: -4\r\n', 'abcd')],
  ['hexadecimal length', post('Content-Length: 0x4\r\n', 'abcd')],
  ['length with a space inside', post('Content-Length: 4 4\r\n', 'abcd')],
  ['length beyond 64 bits', post('Content-Length: 99999999999999999999\r\n', 'abcd')],
  ['empty length', post('Content-Length: \r\n', 'abcd')],
  ['gzip coding', post('Transfer-Encoding: gzip\r\n', 'abcd')],
  ['gzip, then chunked', post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n')],
  ['chunked twice', post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n')],
  [
    'two coding headers',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', '0\r\n\r\n'),
  ],
  ['xchunked', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n')],
  ['quoted chunked', post('Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n')],
  ['chunked with a vertical tab', post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n')],
  ['empty coding', post('Transfer-Encoding: \r\n', '0\r\n\r\n')],
  ['identity coding', post('Transfer-Encoding: identity\r\nContent-Length: 4\r\n', 'abcd')],
  [
    'chunked in HTTP/1.0',
    `POST /api/v1/setup HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
  ],
  // Chunks.
  ...[
    '0x4\r\nabcd\r\n0\r\n\r\n',
    '+4\r\nabcd\r\n0\r\n\r\n',
    '4 \r\nabcd\r\n0\r\n\r\n',
    ' 4\r\nabcd\r\n0\r\n\r\n',
    'g\r\nabcd\r\n0\r\n\r\n',
    '-1\r\nabcd\r\n0\r\n\r\n',
    '4\nabcd\n0\n\n',
    '4\r\nabcdX\r\n0\r\n\r\n',
    '4\r\nabcd0\r\n\r\n',
    '1000000000000000000\r\nabcd',
    '\r\nabcd\r\n0\r\n\r\n',
    '4;a\nb\r\nabcd\r\n0\r\n\r\n',
    '4\rabcd\r\n0\r\n\r\n',
    '0\r\nX: a\nb\r\n\r\n',
    '0\n\r\n',
  ].map((body) => [`chunk ${JSON.stringify(body)}`, post('Transfer-Encoding: chunked\r\n', body)]),
  // The request line.
  ...[
    'GET  /healthz HTTP/1.1',
    'GET /healthz  HTTP/1.1',
    'GET\t/healthz\tHTTP/1.1',
    ' GET /healthz HTTP/1.1',
    'GET /healthz',
    'GET /healthz HTTP/9.9',
    'GET /healthz HTTP/2.0',
    'GET /healthz HTTP/1.1 ',
    'GET /healthz HTTP/1',
    'GET /healthz http/1.1',
    'GET /healthz HTTP/01.1',
    'GET /health\x00z HTTP/1.1',
    'GET /health\x7fz HTTP/1.1',
    'GET /a b HTTP/1.1',
    'GET healthz HTTP/1.1',
    'G\x00T /healthz HTTP/1.1',
    'GET@ /healthz HTTP/1.1',
    'GET /healthz#x HTTP/1.1',
    '/healthz GET HTTP/1.1',
    'GET /h\xe9 HTTP/1.1',
    'GET  HTTP/1.1',
    'CONNECT example.com:443 HTTP/1.1',
    'PRI * HTTP/2.0',
  ].map((line) => [`line ${JSON.stringify(line)}`, get(line)]),
  // Headers.
  ['no Host', get('GET /healthz HTTP/1.1', '')],
  ['two Hosts', get('GET /healthz HTTP/1.1', 'Host: x\r\nHost: x\r\n')],
  ['a Host with a space', get('GET /healthz HTTP/1.1', 'Host: x y\r\n')],
  ['a Host with a slash', get('GET /healthz HTTP/1.1', 'Host: x/y\r\n')],
  ['a Host with userinfo', get('GET /healthz HTTP/1.1', 'Host: a@x\r\n')],
  ['folded header', get('GET /healthz HTTP/1.1', 'Host: x\r\nX-A: 1\r\n 2\r\n')],
  ['folded first header', get('GET /healthz HTTP/1.1', ' Host: x\r\nHost: x\r\n')],
  ['space before the colon', get('GET /healthz HTTP/1.1', 'Host: x\r\nContent-Length : 0\r\n')],
  ['header without a colon', get('GET /healthz HTTP/1.1', 'Host: x\r\nbroken\r\n')],
  ['header without a name', get('GET /healthz HTTP/1.1', 'Host: x\r\n: x\r\n')],
  ['bare line feeds', `GET /healthz HTTP/1.1\nHost: x\n\n${smuggled}`],
  ['a bare line feed in a header', get('GET /healthz HTTP/1.1', 'Host: x\r\nX-A: 1\nX-B: 2\r\n')],
  ['a bare carriage return', get('GET /healthz HTTP/1.1', 'Host: x\r\nX-A: 1\rX-B: 2\r\n')],
  ['NUL in a value', get('GET /healthz HTTP/1.1', 'Host: x\r\nX-A: a\x00b\r\n')],
  ['control in a name', get('GET /healthz HTTP/1.1', 'Host: x\r\nX\x01A: a\r\n')],
  ['non-ASCII in a name', get('GET /healthz HTTP/1.1', 'Host: x\r\nX-\xe9: a\r\n')],
  ['5,000 headers', get('GET /healthz HTTP/1.1', `Host: x\r\n${'X-A: 1\r\n'.repeat(5_000)}`)],
  [
    '100 kB of one header',
    get('GET /healthz HTTP/1.1', `Host: x\r\nX-A: ${'a'.repeat(100_000)}\r\n`),
  ],
  ['100 kB of path', get(`GET /${'a'.repeat(100_000)} HTTP/1.1`)],
  ['TLS hello', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'.padEnd(200, '\x00')],
]);

// A body need not end with a line end, so a status line may stand anywhere.
const statusLines = (answer) => answer.text.match(/HTTP\/1\.[01] \d{3}/g) ?? [];

for (const [name, bytes] of malformed) {
  test(`${name}: refused and closed, with nothing behind it answered`, async () => {
    const answer = await sendRaw(world.origin, Buffer.from(bytes, 'latin1'), {
      quietMs: 2_500,
      totalMs: 5_000,
    });
    const answers = statusLines(answer);
    assert.equal(answers.length, 1, `answered ${answers.length} times:\n${answer.text}`);
    assert.match(answers[0], / (4\d\d|501|505)$/);
    assert.ok(answer.closed, 'the connection stays open');
  });
}

test('pipelined good requests are answered in order', async () => {
  const one = (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const answer = await sendRaw(
    world.origin,
    one('/healthz') + one('/nothing-here') + one('/healthz'),
    { quietMs: 500 },
  );
  assert.deepEqual(statusLines(answer), ['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
});

test('HTTP/1.0 is answered and closed', async () => {
  const answer = await sendRaw(world.origin, 'GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n', {
    quietMs: 1_500,
  });
  assert.match(answer.text, /^HTTP\/1\.[01] 200/);
  assert.ok(answer.closed);
});

test('slow heads and slow bodies end by their deadline while others are served', async () => {
  const { hostname, port } = new URL(world.origin);
  const started = Date.now();
  const ends = [];
  for (let index = 0; index < 100; index += 1) {
    const socket = net.connect({ host: hostname, port: Number(port) });
    socket.on('error', () => {});
    socket.write(
      index % 2 === 0
        ? 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: '
        : 'POST /api/v1/setup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    socket.resume();
    ends.push(once(socket, 'close'));
  }
  const answer = await sendRaw(
    world.origin,
    'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  );
  assert.match(answer.text, /^HTTP\/1\.1 200/);
  await Promise.all(ends);
  assert.ok(Date.now() - started < 10_000, `took ${Date.now() - started} ms`);
});

test('it still answers afterwards', async () => {
  assert.ok(await world.tenon.isReady());
});
