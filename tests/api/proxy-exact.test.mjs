// A byte proxy: what goes in comes out, both ways.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { exactJson, notUtf8 } from '../fakes/resource-api.mjs';
import { headerValues, send } from '../lib/http.mjs';
import { keyConnection, startScene } from '../lib/scenes.mjs';

let scene;
let keys;
let user;

before(async () => {
  scene = await startScene();
  ({ keys, user } = await keyConnection(scene, { key: 'planted-provider-key' }));
});
after(() => scene?.stop());

const echo = async (path, options) => {
  const answer = await user.proxy(keys, path, { raw: true, ...options });
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
};
const field = (echoed, name) =>
  echoed.rawHeaders.flatMap((value, index, all) =>
    index % 2 === 1 && all[index - 1].toLowerCase() === name ? [value] : [],
  );

test('JSON keeps every digit and every byte, wrapped or raw', async () => {
  const wrapped = await user.proxy(keys, '/exact.json');
  assert.equal(wrapped.text, `{"output":${exactJson}}`);
  assert.match(wrapped.headers['content-type'], /^application\/json/);
  const raw = await user.proxy(keys, '/exact.json', { raw: true });
  assert.equal(raw.text, exactJson);
  const latin = await user.proxy(keys, '/latin1.json', { raw: true });
  assert.deepEqual(latin.body, notUtf8);
  const latinWrapped = await user.proxy(keys, '/latin1.json');
  assert.deepEqual(
    latinWrapped.body,
    Buffer.concat([Buffer.from('{"output":'), notUtf8, Buffer.from('}')]),
  );
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
  '/echo/x?a=1;b=2&&',
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
  });
}

test('HEAD gives the headers and no body', async () => {
  const answer = await user.proxy(keys, '/exact.json', { method: 'HEAD', raw: true });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.length, 0);
  assert.equal(answer.headers['content-length'], String(exactJson.length));
});

test('a chunked body and an empty body keep their length', async () => {
  const { Readable } = await import('node:stream');
  const chunked = await echo('/echo', { method: 'POST', body: Readable.from(['ab', 'cd', 'ef']) });
  assert.equal(Buffer.from(chunked.bodyBase64, 'base64').toString(), 'abcdef');
  const empty = await echo('/echo', { method: 'POST', headers: { 'content-length': '0' } });
  assert.equal(empty.bodyBytes, 0);
});

test('repeated and unusual request headers arrive as sent, once each', async () => {
  const echoed = await echo('/echo', {
    headers: [
      'X-Multi',
      'one',
      'X-Multi',
      'two',
      'Accept-Language',
      'de',
      'If-None-Match',
      '"v1"',
      'Range',
      'bytes=0-9',
      'X-Empty',
      '',
      'User-Agent',
      'product/1.0',
      'Idempotency-Key',
      'k-1',
    ],
  });
  assert.deepEqual(field(echoed, 'x-multi'), ['one', 'two']);
  assert.deepEqual(field(echoed, 'x-empty'), ['']);
  for (const [name, value] of [
    ['accept-language', 'de'],
    ['if-none-match', '"v1"'],
    ['range', 'bytes=0-9'],
    ['user-agent', 'product/1.0'],
    ['idempotency-key', 'k-1'],
  ])
    assert.deepEqual(field(echoed, name), [value], name);
});

test('the provider sees its own credential and host, and nothing of the caller', async () => {
  const echoed = await echo('/echo', {
    headers: {
      cookie: 'tenon_session=abc',
      'x-forwarded-for': '1.2.3.4',
      forwarded: 'for=1.2.3.4',
      'x-paragon-credential': '',
      connection: 'keep-alive, x-hop, authorization',
      'x-hop': 'gone',
      te: 'trailers',
      'proxy-authorization': 'Basic x',
      'keep-alive': 'timeout=5',
      'x-real-ip': '1.2.3.4',
      origin: 'https://app.example.com',
      referer: 'https://app.example.com/x',
    },
  });
  assert.deepEqual(field(echoed, 'authorization'), ['Bearer planted-provider-key']);
  assert.deepEqual(field(echoed, 'host'), [scene.provider.host]);
  for (const name of [
    'cookie',
    'x-forwarded-for',
    'forwarded',
    'x-hop',
    'proxy-authorization',
    'keep-alive',
    'x-real-ip',
    'x-paragon-credential',
    'x-paragon-use-raw-response',
    'origin',
    'referer',
  ]) {
    assert.deepEqual(field(echoed, name), [], name);
  }
  assert.ok(!JSON.stringify(echoed).includes(user.token));
});

test('raw mode keeps status, repeated headers and rate limits, and drops hop-by-hop ones', async () => {
  const answer = await user.proxy(keys, '/headers', { raw: true });
  assert.deepEqual(headerValues(answer, 'set-cookie'), ['a=1; Path=/', 'b=2; Path=/; HttpOnly']);
  assert.equal(headerValues(answer, 'link').length, 2);
  assert.equal(answer.headers.etag, '"33a64df5"');
  assert.equal(answer.headers['x-ratelimit-remaining'], '4999');
  assert.equal(answer.headers['retry-after'], '7');
  assert.deepEqual(headerValues(answer, 'x-odd'), ['caf\xe9']);
  assert.equal(answer.headers['x-hop'], undefined);
  assert.deepEqual(headerValues(answer, 'content-length'), ['2']);
});

for (const status of [201, 202, 301, 302, 304, 400, 403, 404, 409, 418, 429, 500, 503]) {
  test(`the provider's ${status} is the caller's ${status} in raw mode`, async () => {
    const answer = await user.proxy(keys, `/status/${status}?retryAfter=9`, { raw: true });
    assert.equal(answer.status, status);
    assert.equal(answer.headers['retry-after'], '9');
    if (status !== 304) assert.equal(answer.text, `{"status":${status}}`);
  });
}

test("a provider error is told from Tenon's own by meta.isIntegrationError", async () => {
  for (const status of [400, 401, 403, 404, 422, 500]) {
    const answer = await user.proxy(keys, `/status/${status}`);
    assert.equal(answer.status, status);
    const { message, code, status: again, meta } = answer.json();
    assert.equal(meta.isIntegrationError, true);
    assert.equal(again, status);
    assert.equal(typeof code, 'string');
    assert.ok(message.length > 0);
    assert.match(JSON.stringify(meta), new RegExp(String(status)));
  }
  const own = await user.proxy({ type: 'custom.unknown' }, '/x');
  assert.equal(own.status, 404);
  assert.notEqual(own.json().meta?.isIntegrationError, true);
});

test('redirects are passed on, not followed', async () => {
  const answer = await user.proxy(keys, '/redirect?to=http://169.254.169.254/latest/', {
    raw: true,
  });
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.location, 'http://169.254.169.254/latest/');
});

test('204 and 304 have no body, and the connection stays usable', async () => {
  for (let round = 0; round < 5; round += 1) {
    assert.equal((await user.proxy(keys, '/empty')).status, 204);
    assert.equal((await user.proxy(keys, '/not-modified', { raw: true })).status, 304);
    assert.equal((await user.proxy(keys, '/exact.json')).status, 200);
  }
});

test('proxied HTML can never run as our origin', async () => {
  const answer = await user.proxy(keys, '/page.html', { raw: true });
  assert.equal(answer.text, '<script>alert(1)</script>');
  assert.match(answer.headers['content-security-policy'], /sandbox/);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
});

test('Expect: 100-continue is answered and the body arrives', async () => {
  const echoed = await echo('/echo', {
    method: 'POST',
    body: 'after the nod',
    headers: { expect: '100-continue', 'content-length': '13' },
  });
  assert.equal(Buffer.from(echoed.bodyBase64, 'base64').toString(), 'after the nod');
  assert.deepEqual(field(echoed, 'expect'), []);
});

test('browsers may call it: preflight and CORS on answers and errors', async () => {
  const preflight = await send(user.sdkUrl(`/proxy/${keys.type}/contacts`), {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers':
        'authorization, content-type, x-paragon-sdk-version, x-paragon-credential',
    },
  });
  assert.ok(preflight.status === 200 || preflight.status === 204, `${preflight.status}`);
  assert.equal(preflight.headers['access-control-allow-origin'], '*');
  assert.match(preflight.headers['access-control-allow-headers'], /authorization/i);
  assert.match(preflight.headers['access-control-allow-methods'], /POST|\*/);
  for (const path of ['/exact.json', '/status/500']) {
    assert.equal((await user.proxy(keys, path)).headers['access-control-allow-origin'], '*');
  }
  const unauthorised = await send(user.sdkUrl(`/proxy/${keys.type}/x`));
  assert.equal(unauthorised.status, 401);
  assert.equal(unauthorised.headers['access-control-allow-origin'], '*');
});

test('dot segments never leave the base path', async () => {
  for (const path of [
    '/../secret',
    '/a/../../secret',
    '/%2e%2e/secret',
    '/.%2E/secret',
    '/a/%2E%2e/%2e%2e/secret',
    '/..;/secret',
    '/..\\secret',
    '/%2e%2e%2fsecret',
  ]) {
    const before = scene.provider.api.requests.length;
    const answer = await send(user.world.origin, {
      path: `/projects/${user.world.projectId}/sdk/proxy/${keys.type}${path}`,
      headers: { authorization: `Bearer ${user.token}` },
    });
    for (const request of scene.provider.api.requests.slice(before)) {
      assert.ok(request.target.startsWith('/api/'), `${path} reached ${request.target}`);
      assert.ok(
        !new URL(request.target, 'http://x').pathname.endsWith('/secret') ||
          new URL(request.target, 'http://x').pathname.startsWith('/api/'),
        path,
      );
    }
    assert.ok(answer.status >= 400, `${path}: ${answer.status}`);
  }
});

test('a full URL on another host does not get the credential', async () => {
  for (const url of [
    'http://127.0.0.1:9/steal',
    'https://evil.example.com/x',
    `http://user@${scene.provider.host}/api/echo`,
    `http://${scene.provider.host}.evil.example.com/`,
    `http://${scene.provider.host}@evil.example.com/`,
  ]) {
    const answer = await user.proxy(keys, '', { headers: { 'x-paragon-proxy-url': url } });
    assert.ok(
      answer.status >= 400 && answer.status < 500,
      `${url}: ${answer.status} ${answer.text}`,
    );
  }
});
