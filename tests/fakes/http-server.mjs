// What every fake provider stands on: an HTTP server on a loopback port, and the small helpers
// its handlers share.
import { createServer } from 'node:http';
import { once } from 'node:events';

// Starts a server on a free port, or the one named. `handler(request, response, url)` may be
// async; a throw answers 500 with the message. Gives {origin, port, host, server, stop}.
export async function startHttpServer(handler, port = 0) {
  const server = createServer({
    requestTimeout: 0,
    keepAliveTimeout: 60_000,
    maxHeaderSize: 256 * 1024,
  });
  server.on('request', async (request, response) => {
    try {
      await handler(request, response, new URL(request.url, 'http://fake.invalid'));
    } catch (error) {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(String(error?.stack ?? error));
    }
  });
  server.listen({ port, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  const { port: boundPort } = server.address();
  return {
    server,
    port: boundPort,
    host: `127.0.0.1:${boundPort}`,
    origin: `http://127.0.0.1:${boundPort}`,
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function readForm(request) {
  return new URLSearchParams((await readBody(request)).toString());
}

export function sendJson(response, status, value, headers = {}) {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body);
}

// "Basic" credentials as RFC 6749 §2.3.1 wants them: each half form-encoded, then base64.
export function basicCredentials(request) {
  const match = /^Basic (.+)$/i.exec(request.headers.authorization ?? '');
  if (!match) return undefined;
  const [id, ...rest] = Buffer.from(match[1], 'base64').toString().split(':');
  const decode = (text) => decodeURIComponent(text.replaceAll('+', ' '));
  return { id: decode(id), secret: decode(rest.join(':')) };
}

export function bearerToken(request) {
  return /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
