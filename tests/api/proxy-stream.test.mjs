// Streams through the proxy: a gigabyte both ways in constant memory, the first byte at once,
// early answers, leavers.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../lib/clock.mjs';
import { digestStream, patternSha256, patternStream } from '../fakes/bytes.mjs';
import { startRawUpstream } from '../fakes/raw-upstream.mjs';
import { apiKeyDefinition } from '../lib/world.mjs';
import { keyConnection, startScene } from '../lib/scenes.mjs';

const gigabyte = 1 << 30;
const warmUpBytes = 64 << 20;
const growthMax = 16 << 20;

let scene;
let raw;
let keys;
let user;

before(async () => {
  raw = await startRawUpstream();
  scene = await startScene({
    allowEgress: [raw.host],
    flags: ['--upstream-first-byte-timeout', '2s', '--upstream-idle-timeout', '3s'],
  });
  ({ keys, user } = await keyConnection(scene));
});
after(async () => {
  await scene?.stop();
  await raw?.stop();
});

// The highest resident memory while `work` runs, over what it was before.
async function residentGrowth(work) {
  const { tenon } = scene.world;
  const before = tenon.residentBytes();
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, tenon.residentBytes());
  }, 20);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(highest, tenon.residentBytes()) - before;
}

async function download(bytes, framing) {
  const answer = await user.proxy(keys, `/download?bytes=${bytes}&framing=${framing}`, {
    raw: true,
    stream: true,
  });
  assert.equal(answer.status, 200);
  return digestStream(answer.response);
}

async function upload(bytes, headers) {
  const answer = await user.proxy(keys, '/upload', {
    method: 'POST',
    headers,
    body: patternStream(bytes),
  });
  assert.equal(answer.status, 200, answer.text);
  return answer.json().output;
}

// One gigabyte each way; the other framing of each direction proves the same with less.
for (const [framing, downBytes, upBytes] of [
  ['length', gigabyte, gigabyte / 8],
  ['chunked', gigabyte / 8, gigabyte],
]) {
  test(`${downBytes >> 20} MiB down (${framing}) are intact and take no memory`, async () => {
    await download(warmUpBytes, framing);
    let digest;
    const growth = await residentGrowth(async () => {
      digest = await download(downBytes, framing);
    });
    assert.deepEqual(digest, { bytes: downBytes, sha256: patternSha256(downBytes) });
    assert.ok(growth < growthMax, `resident memory grew by ${growth >> 10} KiB`);
  });

  test(`${upBytes >> 20} MiB up (${framing}) are intact and take no memory`, async () => {
    const headers = (bytes) => (framing === 'length' ? { 'content-length': bytes } : {});
    await upload(warmUpBytes, headers(warmUpBytes));
    let seen;
    const growth = await residentGrowth(async () => {
      seen = await upload(upBytes, headers(upBytes));
    });
    assert.deepEqual([seen.bytes, seen.sha256], [upBytes, patternSha256(upBytes)]);
    assert.ok(growth < growthMax, `resident memory grew by ${growth >> 10} KiB`);
  });
}

test('a slow reader holds the provider back instead of filling memory', async () => {
  const growth = await residentGrowth(async () => {
    const answer = await user.proxy(keys, `/download?bytes=${gigabyte}`, {
      raw: true,
      stream: true,
    });
    answer.response.read(64 << 10);
    const { response, bytesBefore } = scene.provider.api.lastDownload;
    const taken = () => response.socket.bytesWritten - bytesBefore; // the connection may be old
    let seen = -1;
    let unchanged = 0;
    await until('the provider cannot send on', async () => {
      unchanged = taken() === seen ? unchanged + 1 : 0;
      seen = taken();
      await user.proxy(keys, '/status/200'); // time in which Tenon works
      return unchanged >= 20;
    });
    assert.ok(seen < gigabyte / 8, `${seen} bytes were taken from the provider`);
    answer.response.destroy();
  });
  assert.ok(growth < growthMax, `resident memory grew by ${growth >> 10} KiB`);
});

// Reads an open answer piece by piece.
function reader(answer) {
  const iterator = answer.response[Symbol.asyncIterator]();
  return {
    next: async () => (await iterator.next()).value?.toString(),
    until: async (ending) => {
      let text = '';
      while (!text.endsWith(ending))
        text += (await iterator.next()).value ?? assert.fail(`ended after ${text}`);
      return text;
    },
  };
}

test('the first byte of a slow answer is passed on at once', async () => {
  // The head arrives before any byte of the body is written.
  const answer = await user.proxy(keys, '/held/slow', { raw: true, stream: true });
  const held = scene.provider.api.held.get('slow');
  const body = reader(answer);
  for (const text of ['x', 'y']) {
    held.write(text);
    assert.equal(await body.next(), text);
  }
  held.end();
  assert.equal(await body.next(), undefined);
});

test('server-sent events arrive one by one', async () => {
  const answer = await user.proxy(keys, '/held/events?type=text/event-stream', { stream: true });
  assert.equal(answer.headers['content-type'], 'text/event-stream');
  const held = scene.provider.api.held.get('events');
  const body = reader(answer);
  for (const n of [1, 2, 3]) {
    held.write(`data: ${n}\n\n`);
    assert.equal(await body.next(), `data: ${n}\n\n`);
  }
  held.end();
  assert.equal(await body.next(), undefined);
});

test('wrapped JSON streams too', async () => {
  const answer = await user.proxy(keys, '/held/json?type=application/json', { stream: true });
  const held = scene.provider.api.held.get('json');
  const body = reader(answer);
  held.write('{"a":');
  assert.equal(await body.until('{"a":'), '{"output":{"a":');
  held.end('1}');
  assert.equal(await body.until('}}'), '1}}');
});

test('an answer that comes while the body is still on its way is delivered', async () => {
  const answer = await user
    .proxy(keys, '/early-refusal', {
      method: 'POST',
      raw: true,
      body: patternStream(8 << 20),
      keepAlive: false,
    })
    .catch((error) => error);
  if (answer instanceof Error) assert.match(answer.code ?? answer.message, /EPIPE|ECONNRESET/);
  else assert.ok([413, 502].includes(answer.status), `${answer.status}`);
  assert.equal((await user.proxy(keys, '/contacts')).status, 401); // Tenon goes on; the fake wants a real token here
});

test("a caller who leaves takes the provider's connection with them", async () => {
  const answer = await user.proxy(keys, '/held/leaver', { raw: true, stream: true });
  const held = scene.provider.api.held.get('leaver');
  held.write('x');
  answer.request.destroy();
  await until('the provider sends to nobody any more', () => held.isClosed(), 2_000);
});

test('a cut answer is visibly cut', async () => {
  const answer = await user.proxy(keys, '/cut', { raw: true, stream: true });
  await assert.rejects(async () => {
    for await (const _chunk of answer.response);
  });
});

test('trailers, 100 and 103 do not confuse it', async () => {
  const trailers = await user.proxy(keys, '/trailers', { raw: true, headers: { te: 'trailers' } });
  assert.equal(trailers.text, 'body');
  const hints = await misbehave(
    'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n' +
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  );
  assert.equal(hints.status, 200);
  assert.equal(hints.text, 'ok');
});

// A call to an upstream that answers with exactly these bytes, then closes or stays silent.
async function misbehave(bytes, { close = true } = {}) {
  raw.answer = { bytes, close };
  misbehave.integration ??= await scene.world.integration(
    apiKeyDefinition({ apiUrl: `http://${raw.host}` }, { name: 'Raw upstream' }),
  );
  misbehave.user ??= scene.world.user('raw');
  misbehave.credential ??= await misbehave.user.connectedWithFields(misbehave.integration, {
    api_key: 'x',
  });
  return misbehave.user.proxy(misbehave.integration, '/x', { raw: true, keepAlive: false });
}

const head = 'HTTP/1.1 200 OK\r\n';
const badAnswers = new Map([
  ['nothing', ''],
  ['garbage', 'hello there\r\n\r\n'],
  ['TLS bytes', '\x15\x03\x01\x00\x02\x02\x28'],
  ['two lengths', `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!`],
  [
    'length and chunked',
    `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
  ],
  ['unknown coding', `${head}Transfer-Encoding: gzip\r\n\r\nxx`],
  ['negative length', `${head}Content-Length: -1\r\n\r\n`],
  ['folded header', `${head}X-A: 1\r\n  2\r\nContent-Length: 0\r\n\r\n`],
  ['NUL in a header', `${head}X-A: a\x00b\r\nContent-Length: 0\r\n\r\n`],
  ['space before colon', `${head}X-A : 1\r\nContent-Length: 0\r\n\r\n`],
  ['HTTP/9.9', 'HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['status 99', 'HTTP/1.1 99 Odd\r\nContent-Length: 0\r\n\r\n'],
  ['head without end', `${head}X-A: ${'a'.repeat(200_000)}`],
  [
    'unwanted 101',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
  ],
]);
for (const [name, bytes] of badAnswers) {
  test(`an upstream that answers with ${name} gives 502 or a visible cut`, async () => {
    const answer = await misbehave(bytes).catch((error) => error);
    if (!(answer instanceof Error)) assert.equal(answer.status, 502, answer.text);
    if (answer.status === 502) assert.match(answer.json().code, /^upstream\./);
  });
}

test("an upstream that says nothing gets its time, then 504 with the limit's name", async () => {
  const started = Date.now();
  const answer = await misbehave('', { close: false });
  assert.equal(answer.status, 504, answer.text);
  assert.match(answer.text, /first.byte/i);
  assert.ok(Date.now() - started < 5_000);
});

test('an upstream that stops in mid-body is cut after the idle limit', async () => {
  const started = Date.now();
  await assert.rejects(misbehave(`${head}Content-Length: 10\r\n\r\n12345`, { close: false }));
  assert.ok(Date.now() - started < 8_000);
});

test('bytes behind an answer never reach the next caller', async () => {
  const first = await misbehave(
    `${head}Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
    { close: false },
  );
  assert.equal(first.text, 'ok');
  raw.answer = { bytes: `${head}Content-Length: 4\r\n\r\ngood`, close: true };
  const second = await misbehave.user.proxy(misbehave.integration, '/y', { raw: true });
  assert.equal(second.text, 'good');
});
