// Proxied calls to a provider that offers HTTP/2: the same bytes as over HTTP/1.1, in constant
// memory, on few connections.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import https from 'node:https';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { digestStream, patternSha256, patternStream } from '../fakes/bytes.mjs';
import { startDnsServer } from '../fakes/dns-server.mjs';
import { startHttp2Server } from '../fakes/http2-server.mjs';
import { exactJson, makeResourceApi, notUtf8 } from '../fakes/resource-api.mjs';
import { CertificateAuthority } from '../lib/certificates.mjs';
import { until } from '../lib/clock.mjs';
import { headerValues } from '../lib/http.mjs';
import { apiKeyDefinition, givenTenon } from '../lib/world.mjs';

const name = 'api.provider.test';
const largeBytes = 256 << 20;
const warmUpBytes = 32 << 20;
const growthMax = 24 << 20;
const sessionsMax = 4;

let dns;
let authority;
let provider;
let old; // speaks HTTP/1.1 alone
let api;
let world;
let user;
let keys;
let oldKeys;

// Calls of /api/gate wait here until all that are expected have come.
const gate = { expected: 0, waiting: [] };

async function handle(request, response, url) {
  if (url.pathname === '/api/gate') {
    gate.waiting.push(response);
    if (gate.waiting.length < gate.expected) return;
    for (const one of gate.waiting.splice(0)) one.end('through');
    return;
  }
  if (url.pathname === '/api/hints') {
    response.stream.additionalHeaders({ ':status': 103, link: '</a.css>; rel=preload' });
    response.end('after the hint');
    return;
  }
  if (url.pathname === '/api/repeated') {
    response.setHeader('set-cookie', ['a=1; Path=/', 'b=2; Path=/; HttpOnly']);
    response.setHeader('link', ['</1>; rel="next"', '</9>; rel="last"']);
    response.setHeader('etag', '"33a64df5"');
    response.end('{}');
    return;
  }
  await api.handle(request, response, url);
}

before(async () => {
  dns = await startDnsServer();
  dns.names.set(name, (type) => (type === 'A' ? ['127.0.0.1'] : []));
  authority = new CertificateAuthority();
  api = makeResourceApi(() => undefined);
  const credentials = authority.serverFor(name);
  provider = await startHttp2Server(credentials, handle);
  old = https.createServer(credentials, (request, response) =>
    api.handle(request, response, new URL(request.url, 'https://fake.invalid')),
  );
  old.listen(0, '127.0.0.1');
  await once(old, 'listening');
  world = await givenTenon({
    allowEgress: [`${name}:${provider.port}`, `${name}:${old.address().port}`],
    flags: ['--dns-server', dns.host, '--upstream-ca-file', authority.file, '--workers', '1'],
  });
  user = world.user('h2', { lifeSeconds: 86_400 });
  keys = await connect('HTTP/2', provider.port);
  oldKeys = await connect('HTTP/1.1', old.address().port);
});
after(async () => {
  await world?.stop();
  await provider?.stop();
  old?.close();
  old?.closeAllConnections();
  authority?.stop();
  await dns?.stop();
});

async function connect(title, port) {
  const apiUrl = `https://${name}:${port}/api`;
  const integration = await world.integration(apiKeyDefinition({ apiUrl }, { name: title }));
  await user.connectedWithFields(integration, { api_key: 'planted-provider-key' });
  return integration;
}

const echo = async (path, options) => {
  const answer = await user.proxy(keys, path, { raw: true, ...options });
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
};
const field = (echoed, wanted) =>
  echoed.rawHeaders.flatMap((value, index, all) =>
    index % 2 === 1 && all[index - 1] === wanted ? [value] : [],
  );

test('HTTP/2 is spoken where it is offered, and HTTP/1.1 elsewhere', async () => {
  assert.equal((await echo('/echo')).httpVersion, '2.0');
  const answer = await user.proxy(oldKeys, '/echo', { raw: true });
  assert.equal(answer.json().httpVersion, '1.1');
});

for (const target of [
  '/echo/a%2Fb',
  '/echo/a%2fb//c',
  '/echo/%E2%82%AC',
  '/echo/a+b;p=1',
  '/echo/x?q=1&q=2&q',
  '/echo/x?',
  '/echo/x?a=%20+&b[]=1&b[]=2&c=%C3%28',
  '/echo/x?redirect=https://example.com/?a=b',
  '/echo/~user/$&(),*',
  '/echo/:colon@at',
  '/echo/trailing/',
]) {
  test(`the target ${target} arrives byte for byte`, async () => {
    assert.equal((await echo(target)).target, `/api${target}`);
  });
}

for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
  test(`${method} with a body`, async () => {
    const body = randomBytes(1_000);
    const echoed = await echo('/echo', {
      method,
      body,
      headers: { 'content-type': 'application/x-odd', 'content-length': body.length },
    });
    assert.equal(echoed.method, method);
    assert.equal(echoed.bodySha256, createHash('sha256').update(body).digest('hex'));
    assert.deepEqual(field(echoed, 'content-type'), ['application/x-odd']);
    assert.deepEqual(field(echoed, 'content-length'), ['1000']);
  });
}

test('JSON keeps every digit and every byte, wrapped or raw', async () => {
  assert.equal((await user.proxy(keys, '/exact.json')).text, `{"output":${exactJson}}`);
  assert.equal((await user.proxy(keys, '/exact.json', { raw: true })).text, exactJson);
  assert.deepEqual((await user.proxy(keys, '/latin1.json', { raw: true })).body, notUtf8);
});

test('HEAD, 204 and 304 have no body', async () => {
  const head = await user.proxy(keys, '/exact.json', { method: 'HEAD', raw: true });
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-length'], String(exactJson.length));
  assert.equal(head.body.length, 0);
  assert.equal((await user.proxy(keys, '/empty')).status, 204);
  assert.equal((await user.proxy(keys, '/not-modified', { raw: true })).status, 304);
});

test('a chunked body and an empty body keep their length', async () => {
  const { Readable } = await import('node:stream');
  const chunked = await echo('/echo', { method: 'POST', body: Readable.from(['ab', 'cd', 'ef']) });
  assert.equal(Buffer.from(chunked.bodyBase64, 'base64').toString(), 'abcdef');
  assert.deepEqual(field(chunked, 'content-length'), []);
  const empty = await echo('/echo', { method: 'POST', headers: { 'content-length': '0' } });
  assert.equal(empty.bodyBytes, 0);
});

test('the provider sees its own credential and authority, and nothing of the hop', async () => {
  const echoed = await echo('/echo', {
    headers: {
      'X-Multi': ['one', 'two'],
      cookie: 'tenon_session=abc',
      connection: 'keep-alive, x-hop',
      'x-hop': 'gone',
      'keep-alive': 'timeout=5',
      te: 'trailers',
    },
  });
  assert.deepEqual(field(echoed, ':authority'), [`${name}:${provider.port}`]);
  assert.deepEqual(field(echoed, 'authorization'), ['Bearer planted-provider-key']);
  assert.deepEqual(field(echoed, 'x-multi').join(', '), 'one, two');
  assert.deepEqual(field(echoed, 'te'), ['trailers']);
  for (const gone of [
    'host',
    'connection',
    'keep-alive',
    'x-hop',
    'cookie',
    'transfer-encoding',
  ]) {
    assert.deepEqual(field(echoed, gone), [], gone);
  }
  assert.ok(!JSON.stringify(echoed).includes(user.token));
});

test('raw mode keeps status and repeated headers', async () => {
  const answer = await user.proxy(keys, '/repeated', { raw: true });
  assert.deepEqual(headerValues(answer, 'set-cookie'), ['a=1; Path=/', 'b=2; Path=/; HttpOnly']);
  assert.equal(headerValues(answer, 'link').length, 2);
  assert.equal(answer.headers.etag, '"33a64df5"');
  for (const status of [201, 301, 404, 429, 503]) {
    assert.equal((await user.proxy(keys, `/status/${status}`, { raw: true })).status, status);
  }
  const wrapped = await user.proxy(keys, '/status/422');
  assert.equal(wrapped.status, 422);
  assert.equal(wrapped.json().meta.isIntegrationError, true);
});

test('trailers and early hints are passed on', async () => {
  const trailed = await user.proxy(keys, '/trailers', { raw: true, headers: { te: 'trailers' } });
  assert.equal(trailed.text, 'body');
  assert.equal(trailed.trailers['x-checksum'], 'abc');
  assert.equal((await user.proxy(keys, '/hints', { raw: true })).text, 'after the hint');
});

test('the first byte is passed on at once, and event streams flow', async () => {
  const answer = await user.proxy(keys, '/held/h2', { raw: true, stream: true });
  const held = api.held.get('h2');
  const body = answer.response[Symbol.asyncIterator]();
  for (const text of ['x', 'y']) {
    held.write(text);
    assert.equal((await body.next()).value.toString(), text);
  }
  held.end();
  assert.equal((await body.next()).done, true);
});

// The highest resident memory while `work` runs, over what it was before.
async function residentGrowth(work) {
  const before = world.tenon.residentBytes();
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, world.tenon.residentBytes());
  }, 20);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(highest, world.tenon.residentBytes()) - before;
}

for (const framing of ['length', 'chunked']) {
  test(`${largeBytes >> 20} MiB down (${framing}) are intact and take no memory`, async () => {
    const download = async (bytes) => {
      const answer = await user.proxy(keys, `/download?bytes=${bytes}&framing=${framing}`, {
        raw: true,
        stream: true,
      });
      return digestStream(answer.response);
    };
    await download(warmUpBytes);
    let digest;
    const growth = await residentGrowth(async () => {
      digest = await download(largeBytes);
    });
    assert.deepEqual(digest, { bytes: largeBytes, sha256: patternSha256(largeBytes) });
    assert.ok(growth < growthMax, `resident memory grew by ${growth >> 10} KiB`);
  });

  test(`${largeBytes >> 20} MiB up (${framing}) are intact and take no memory`, async () => {
    const upload = async (bytes) => {
      const headers = framing === 'length' ? { 'content-length': bytes } : {};
      const answer = await user.proxy(keys, '/upload', {
        method: 'POST',
        headers,
        body: patternStream(bytes),
      });
      assert.equal(answer.status, 200, answer.text);
      return answer.json().output;
    };
    await upload(warmUpBytes);
    let seen;
    const growth = await residentGrowth(async () => {
      seen = await upload(largeBytes);
    });
    assert.deepEqual([seen.bytes, seen.sha256], [largeBytes, patternSha256(largeBytes)]);
    assert.ok(growth < growthMax, `resident memory grew by ${growth >> 10} KiB`);
  });
}

test('readers that stop hold neither memory nor other calls', async () => {
  const stalled = [];
  const growth = await residentGrowth(async () => {
    for (let count = 0; count < 20; count += 1) {
      const answer = await user.proxy(keys, `/download?bytes=${largeBytes}`, {
        raw: true,
        stream: true,
        keepAlive: false,
      });
      answer.response.on('error', () => {});
      stalled.push(answer.response);
    }
    for (let round = 0; round < 20; round += 1) {
      assert.equal((await user.proxy(keys, '/download?bytes=1000000', { raw: true })).status, 200);
    }
  });
  for (const response of stalled) response.destroy();
  assert.ok(growth < growthMax, `resident memory grew by ${growth >> 10} KiB`);
});

test('1,000 calls at a time share few connections', async () => {
  gate.expected = 1_000;
  const answers = await Promise.all(
    Array.from({ length: gate.expected }, () =>
      user.proxy(keys, '/gate', { raw: true, keepAlive: false }),
    ),
  );
  assert.equal(answers.filter((answer) => answer.text === 'through').length, gate.expected);
  assert.ok(provider.open().length <= sessionsMax, `${provider.open().length} sessions`);
});

test('a caller that leaves ends the stream at once, and the session lives on', async () => {
  const sessions = provider.sessions.length;
  const answer = await user.proxy(keys, '/held/leaver', {
    raw: true,
    stream: true,
    keepAlive: false,
  });
  answer.response.on('error', () => {});
  const held = api.held.get('leaver');
  const left = Date.now();
  answer.response.destroy();
  await until('the stream is closed', () => held.isClosed());
  assert.ok(Date.now() - left < 2_500);
  assert.equal((await echo('/echo')).httpVersion, '2.0');
  assert.equal(provider.sessions.length, sessions);
});

test('an answer that comes while the body is on its way is delivered', async () => {
  const answer = await user
    .proxy(keys, '/early-refusal', {
      method: 'POST',
      raw: true,
      body: patternStream(8 << 20),
      keepAlive: false,
    })
    .catch((error) => error);
  if (answer instanceof Error) assert.match(answer.code ?? answer.message, /EPIPE|ECONNRESET/);
  else assert.equal(answer.status, 413);
});

test('a cut answer is cut for the caller too', async () => {
  const broken = await user
    .proxy(keys, '/cut', { raw: true, keepAlive: false })
    .catch((error) => error);
  assert.ok(broken instanceof Error || broken.status === 502, `${broken.status}`);
});

test('GOAWAY in the middle lets running calls end and moves new ones', async () => {
  const running = await user.proxy(keys, '/held/goaway', { raw: true, stream: true });
  const held = api.held.get('goaway');
  const before = provider.open();
  for (const session of before) session.goaway(0);
  await until('a new session', async () => {
    assert.equal((await echo('/echo')).httpVersion, '2.0');
    return provider.open().some((session) => !before.includes(session));
  });
  held.end('whole');
  const [chunk] = await once(running.response, 'data');
  assert.equal(chunk.toString(), 'whole');
});

test('a session that dies at rest costs no call', async () => {
  for (const session of provider.open()) session.destroy();
  assert.equal((await echo('/echo')).httpVersion, '2.0');
});

test('switched off, HTTP/1.1 is spoken to everyone', async () => {
  const both = await startHttp2Server(authority.serverFor(name), handle, { allowHTTP1: true });
  const plain = await givenTenon({
    allowEgress: [`${name}:${both.port}`],
    flags: [
      ...['--dns-server', dns.host, '--upstream-ca-file', authority.file],
      ...['--upstream-http2', 'off'],
    ],
  });
  try {
    const apiUrl = `https://${name}:${both.port}/api`;
    const integration = await plain.integration(apiKeyDefinition({ apiUrl }));
    const caller = plain.user();
    await caller.connectedWithFields(integration, { api_key: 'k' });
    const answer = await caller.proxy(integration, '/echo', { raw: true });
    assert.equal(answer.json().httpVersion, '1.1');
  } finally {
    await plain.stop();
    await both.stop();
  }
});
