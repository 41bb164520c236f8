// A provider that speaks HTTP/2 over TLS, as Node does; with the same handlers as http-server.mjs.
import http2 from 'node:http2';
import { once } from 'node:events';

// `credentials` is {key, cert}; `handler(request, response, url)` gets Node's compatible objects.
// Gives {port, sessions (all ever opened), server, stop}.
export async function startHttp2Server(
  credentials,
  handler,
  { allowHTTP1 = false, settings } = {},
) {
  const server = http2.createSecureServer({
    ...credentials,
    allowHTTP1,
    settings,
    maxSessionMemory: 1000,
  });
  const sessions = [];
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {});
  });
  server.on('sessionError', () => {});
  server.on('request', async (request, response) => {
    request.on('error', () => {});
    response.on('error', () => {});
    response.stream?.on('error', () => {});
    try {
      await handler(request, response, new URL(request.url, 'https://fake.invalid'));
    } catch (error) {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(String(error?.stack ?? error));
    }
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  return {
    server,
    sessions,
    port: server.address().port,
    open: () => sessions.filter((session) => !session.closed && !session.destroyed),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}
