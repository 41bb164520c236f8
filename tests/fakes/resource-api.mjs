// The API that a made-up provider offers to its apps: contacts, who-am-I, and routes that show a
// proxy's every fault: an echo of the exact request, large bodies, event streams, slow answers,
// odd JSON and headers.
//
// Routes marked * need a valid token. `checkToken(request)` gives {account, clientId, scopes} or
// undefined.
import { createHash } from 'node:crypto';
import { digestStream, patternStream } from './bytes.mjs';
import { readBody, sendJson } from './http-server.mjs';

const echoBodyBytesMax = 1 << 20;

export const exactJson =
  '{"big":12345678901234567890123,"one":1.0,"tiny":1e-400,"a":1,"a":2,"text":"\\u0041\\/"}';
export const notUtf8 = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]); // {"a":"\xff\xfe"}

export function makeResourceApi(checkToken) {
  const contacts = [
    { id: 1, name: 'Ada Lovelace' },
    { id: 2, name: 'Grace Hopper' },
  ];
  const api = {
    requests: [], // {method, target, rawHeaders} of each call, newest last
    status: undefined, // when set, every * route answers it
    lastDownload: undefined, // the newest {response, bytesBefore} of /api/download
    held: new Map(), // open answers of /api/held/<name>, by name: {write, end}
    handle,
  };
  const routes = [
    [
      /^\/api\/me$/,
      (_request, response, { account }) =>
        sendJson(response, 200, {
          id: account,
          email: `${account}@example.com`,
          plan: 'pro',
          seats: 5,
        }),
      true,
    ],
    [/^\/api\/contacts$/, contactsRoute, true],
    [/^\/api\/private\/echo/, echo, true],
    [/^\/api\/private\/download$/, download, true],
    [/^\/api\/echo/, echo],
    [
      /^\/api\/download$/,
      (request, response, context) => {
        api.lastDownload = { response, bytesBefore: request.socket.bytesWritten };
        download(request, response, context);
      },
    ],
    [/^\/api\/upload$/, upload],
    [/^\/api\/early-refusal$/, earlyRefusal],
    [/^\/api\/sse$/, eventStream],
    [/^\/api\/held\/([a-z0-9-]+)$/, held],
    [/^\/api\/status\/(\d+)$/, status],
    [/^\/api\/headers$/, oddHeaders],
    [
      /^\/api\/exact\.json$/,
      (_request, response) => bytes(response, 'application/json', exactJson),
    ],
    [
      /^\/api\/latin1\.json$/,
      (_request, response) => bytes(response, 'application/json', notUtf8),
    ],
    [
      /^\/api\/page\.html$/,
      (_request, response) => bytes(response, 'text/html', '<script>alert(1)</script>'),
    ],
    [/^\/api\/empty$/, (_request, response) => response.writeHead(204).end()],
    [
      /^\/api\/not-modified$/,
      (_request, response) => response.writeHead(304, { etag: '"v1"' }).end(),
    ],
    [/^\/api\/trailers$/, trailers],
    [
      /^\/api\/redirect$/,
      (_request, response, { url }) =>
        response
          .writeHead(Number(url.searchParams.get('status') ?? 302), {
            location: url.searchParams.get('to'),
          })
          .end(),
    ],
    [/^\/api\/hang$/, () => {}],
    [/^\/api\/cut$/, cut],
  ];

  async function handle(request, response, url) {
    const call = { method: request.method, target: request.url, rawHeaders: request.rawHeaders };
    api.requests.push(call);
    response.on('close', () => {
      call.closed = true;
    });
    for (const [pattern, route, needsToken] of routes) {
      const match = pattern.exec(url.pathname);
      if (!match) continue;
      let who = {};
      if (needsToken) {
        who = await checkToken(request);
        if (!who) {
          return sendJson(
            response,
            401,
            { error: 'invalid_token' },
            { 'www-authenticate': 'Bearer error="invalid_token"' },
          );
        }
        call.account = who.account;
        if (api.status) return sendJson(response, api.status, { error: `forced ${api.status}` });
      }
      return route(request, response, { ...who, url, match });
    }
    return sendJson(response, 404, { error: 'no such route' });
  }

  async function contactsRoute(request, response) {
    if (request.method === 'GET') return sendJson(response, 200, { contacts });
    if (request.method !== 'POST') return sendJson(response, 405, { error: 'method not allowed' });
    const contact = {
      id: contacts.length + 1,
      ...JSON.parse((await readBody(request)).toString()),
    };
    contacts.push(contact);
    return sendJson(response, 201, contact);
  }

  function held(request, response, { match, url }) {
    response.writeHead(200, {
      'content-type': url.searchParams.get('type') ?? 'application/octet-stream',
    });
    response.flushHeaders();
    const call = api.requests.at(-1);
    api.held.set(match[1], {
      write: (text) => response.write(text),
      end: (text) => response.end(text),
      isClosed: () => call.closed === true,
    });
  }

  return api;
}

function bytes(response, type, body) {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

// What arrived, exactly: `target` is the raw request target, `rawHeaders` the flat name/value
// list as received.
async function echo(request, response) {
  const body = await readBody(request);
  sendJson(response, 200, {
    method: request.method,
    target: request.url,
    httpVersion: request.httpVersion,
    rawHeaders: request.rawHeaders,
    rawTrailers: request.rawTrailers,
    bodyBytes: body.length,
    bodySha256: createHash('sha256').update(body).digest('hex'),
    bodyBase64: body.length <= echoBodyBytesMax ? body.toString('base64') : undefined,
  });
}

// ?bytes=N, and &framing=chunked for an answer without Content-Length, &framing=close for one
// ended by the connection.
function download(_request, response, { url }) {
  const size = Number(url.searchParams.get('bytes') ?? 1024);
  const framing = url.searchParams.get('framing') ?? 'length';
  response.setHeader('content-type', 'application/octet-stream');
  if (framing === 'length') response.setHeader('content-length', size);
  if (framing === 'close') response.setHeader('connection', 'close');
  response.writeHead(200);
  patternStream(size).pipe(response);
}

async function upload(request, response) {
  const digest = await digestStream(request);
  sendJson(response, 200, {
    ...digest,
    contentLength: request.headers['content-length'] ?? null,
    transferEncoding: request.headers['transfer-encoding'] ?? null,
  });
}

// A final answer while the request body is still coming, then the connection is closed.
function earlyRefusal(_request, response) {
  response.writeHead(413, { 'content-type': 'application/json', connection: 'close' });
  response.end('{"error":"too large"}');
}

// ?count=N&intervalMs=M events, each written on its own.
function eventStream(_request, response, { url }) {
  const count = Number(url.searchParams.get('count') ?? 3);
  const intervalMs = Number(url.searchParams.get('intervalMs') ?? 10);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    response.write(`id: ${sent}\ndata: {"n":${sent}}\n\n`);
    if (sent >= count) {
      clearInterval(timer);
      response.end();
    }
  }, intervalMs);
  response.on('close', () => clearInterval(timer));
}

async function status(request, response, { match, url }) {
  const headers = {};
  const retryAfter = url.searchParams.get('retryAfter');
  if (retryAfter) headers['retry-after'] = retryAfter;
  const body = request.method === 'HEAD' ? undefined : `{"status":${match[1]}}`;
  response.writeHead(Number(match[1]), { 'content-type': 'application/json', ...headers });
  response.end(body);
}

// Repeated and unusual headers that a proxy must keep, and hop-by-hop ones that it must not.
function oddHeaders(_request, response) {
  response.writeHead(200, [
    'Content-Type',
    'application/json',
    'ETag',
    '"33a64df5"',
    'Link',
    '<https://api.example.com/contacts?page=2>; rel="next"',
    'Link',
    '<https://api.example.com/contacts?page=9>; rel="last"',
    'Set-Cookie',
    'a=1; Path=/',
    'Set-Cookie',
    'b=2; Path=/; HttpOnly',
    'X-RateLimit-Limit',
    '5000',
    'X-RateLimit-Remaining',
    '4999',
    'X-RateLimit-Reset',
    '1893456000',
    'Retry-After',
    '7',
    'X-Odd',
    'caf\xe9',
    'X-Hop',
    'secret of this hop',
    'Connection',
    'keep-alive, X-Hop',
    'Content-Length',
    '2',
  ]);
  response.end(Buffer.from('{}')); // as text it would make Node write the head in UTF-8
}

function trailers(_request, response) {
  response.writeHead(200, { 'content-type': 'text/plain', trailer: 'X-Checksum' });
  response.write('body');
  response.addTrailers({ 'X-Checksum': 'abc' });
  response.end();
}

// Promises 1,000 bytes, sends ten and cuts the connection.
function cut(_request, response) {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 1000 });
  response.write('0123456789');
  setImmediate(() => response.destroy());
}
