// HTTP clients for tests: `send` says exactly what goes over the wire (fetch would tidy it up),
// `sendRaw` writes bytes, `Visitor` is a browser without a screen: cookies, redirects and forms.
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';

export const agent = new http.Agent({ keepAlive: true, maxSockets: 2000 });

// One request. `headers` is an object or a flat name/value list (for repeated headers); `body` is
// text, bytes or a stream. Resolves with {status, headers, rawHeaders, body (Buffer), text,
// json(), trailers}; with `stream: true` as soon as the head is there, and then `response` is the
// open stream. An error has `wasReused`: whether the connection had been used before.
export async function send(
  url,
  {
    method = 'GET',
    headers = {},
    body,
    stream = false,
    path,
    timeoutMs = 120_000,
    keepAlive = true,
  } = {},
) {
  const target = new URL(url);
  const request = http.request({
    host: target.hostname,
    port: target.port,
    method,
    path: path ?? rawPath(url),
    // Node adds no Host to a list of headers.
    headers:
      Array.isArray(headers) && !hasHeader(headers, 'host')
        ? ['host', target.host, ...headers]
        : headers,
    agent: keepAlive ? agent : false,
    setHost: !hasHeader(headers, 'host'),
  });
  request.setTimeout(timeoutMs, () =>
    request.destroy(new Error(`no answer in ${timeoutMs} ms: ${method} ${url}`)),
  );
  const answered = once(request, 'response');
  // An answer may come before the body is through, and the server closes behind it.
  answered.then(
    () => request.on('error', () => {}),
    () => {},
  );
  if (body !== undefined && typeof body.pipe === 'function') {
    body.pipe(request);
  } else {
    request.end(body);
  }
  const [response] = await answered.catch((error) => {
    throw Object.assign(error, { wasReused: request.reusedSocket });
  });
  const result = {
    status: response.statusCode,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    response,
    request,
  };
  if (stream) return result;
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  result.body = Buffer.concat(chunks);
  result.text = result.body.toString('utf8');
  result.trailers = response.trailers;
  result.json = () => JSON.parse(result.text);
  return result;
}

// new URL() would normalise the path; a proxy test needs it as written.
function rawPath(url) {
  const text = String(url);
  const start = text.indexOf('/', text.indexOf('://') + 3);
  return start < 0 ? '/' : text.slice(start).split('#')[0];
}

function hasHeader(headers, name) {
  const names = Array.isArray(headers)
    ? headers.filter((_, index) => index % 2 === 0)
    : Object.keys(headers);
  return names.some((other) => other.toLowerCase() === name);
}

export function sendJson(url, { method = 'POST', headers = {}, json, ...rest } = {}) {
  return send(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(json),
    ...rest,
  });
}

// Every value of a repeated header, in order.
export function headerValues(result, name) {
  const values = [];
  for (let index = 0; index < result.rawHeaders.length; index += 2) {
    if (result.rawHeaders[index].toLowerCase() === name) values.push(result.rawHeaders[index + 1]);
  }
  return values;
}

// Writes `bytes` to a new connection and gives everything that came back until the server closed
// it, or until it was silent for `quietMs`: {text, closed}.
export async function sendRaw(origin, bytes, { quietMs = 1_000, totalMs = 10_000 } = {}) {
  const { hostname, port } = new URL(origin);
  const socket = net.connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  const chunks = [];
  const closed = await new Promise((resolve) => {
    let quiet = setTimeout(() => resolve(false), totalMs);
    const total = setTimeout(() => resolve(false), totalMs);
    const finish = (value) => {
      clearTimeout(quiet);
      clearTimeout(total);
      resolve(value);
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      clearTimeout(quiet);
      quiet = setTimeout(() => finish(false), quietMs);
    });
    socket.on('end', () => finish(true));
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
    socket.write(bytes);
  });
  socket.destroy();
  return { text: Buffer.concat(chunks).toString('latin1'), closed };
}

// A person's browser, without a screen. Keeps cookies by host and path, follows redirects when
// asked.
export class Visitor {
  #cookies = new Map(); // host → name → {value, path}

  cookieHeader(url) {
    const { host, pathname } = new URL(url);
    return [...(this.#cookies.get(host) ?? new Map()).entries()]
      .filter(
        ([, cookie]) =>
          pathname === cookie.path || pathname.startsWith(cookie.path.replace(/\/?$/, '/')),
      )
      .map(([name, cookie]) => `${name}=${cookie.value}`)
      .join('; ');
  }

  cookie(url, name) {
    return this.#cookies.get(new URL(url).host)?.get(name)?.value;
  }

  forgetCookies() {
    this.#cookies.clear();
  }

  async send(url, options = {}) {
    const cookie = this.cookieHeader(url);
    const headers = { ...(cookie ? { cookie } : {}), ...options.headers };
    const result = await send(url, { ...options, headers });
    for (const line of headerValues(result, 'set-cookie')) this.#keep(url, line);
    return { ...result, url: String(url) };
  }

  // GET, following redirects while `until(url)` is false. Gives the last answer with its `url`;
  // when `until` stopped it, `stoppedAt` is the address that was not visited.
  async visit(url, { until = () => false, headers = {}, hopsMax = 20 } = {}) {
    let next = String(url);
    for (let hop = 0; hop < hopsMax; hop += 1) {
      const result = await this.send(next, { headers });
      if (result.status < 300 || result.status > 399 || !result.headers.location) return result;
      next = new URL(result.headers.location, next).href;
      if (until(next)) return { ...result, stoppedAt: next };
    }
    throw new Error(`more than ${hopsMax} redirects, last to ${next}`);
  }

  // Sends a form as a browser would, then follows redirects like visit().
  async submit(url, fields, { headers = {}, ...options } = {}) {
    const result = await this.send(url, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: new URL(url).origin,
        ...headers,
      },
    });
    if (result.status < 300 || result.status > 399 || !result.headers.location) return result;
    const next = new URL(result.headers.location, url).href;
    if (options.until?.(next)) return { ...result, stoppedAt: next };
    return this.visit(next, options);
  }

  #keep(url, line) {
    const [pair, ...attributes] = line.split(';').map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const attribute = (wanted) =>
      attributes
        .find((text) => text.toLowerCase().startsWith(`${wanted}=`))
        ?.slice(wanted.length + 1);
    const { host } = new URL(url);
    if (!this.#cookies.has(host)) this.#cookies.set(host, new Map());
    const expires = attribute('expires');
    const isGone = attribute('max-age') === '0' || (expires && Date.parse(expires) <= Date.now());
    if (isGone) this.#cookies.get(host).delete(name);
    else this.#cookies.get(host).set(name, { value, path: attribute('path') ?? '/' });
  }
}
