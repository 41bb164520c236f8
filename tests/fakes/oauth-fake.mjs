// What the fakes of real providers share: one-use codes, tokens, a log of requests, and an
// approval page that a test can post to. Each fake shapes its own answers as that provider
// documents them.
import { randomBytes } from 'node:crypto';
import { basicCredentials, readBody, startHttpServer } from './http-server.mjs';

export const randomText = (bytes = 18) => randomBytes(bytes).toString('base64url');

// `routes` is a list of [method, path pattern, handler(call)]; `call` has request, response, url,
// match and, once awaited, form()/json(). Gives the server of http-server.mjs with `requests`
// (each {method, target, headers, body}).
export async function startFake(routes, notFound) {
  const requests = [];
  const http = await startHttpServer(async (request, response, url) => {
    const body = await readBody(request);
    const entry = {
      method: request.method,
      target: request.url,
      headers: request.headers,
      body: body.toString(),
    };
    requests.push(entry);
    for (const [method, pattern, handler] of routes) {
      const match = pattern.exec(url.pathname);
      if (!match || method !== request.method) continue;
      return handler({
        request,
        response,
        url,
        match,
        body: entry.body,
        form: () => new URLSearchParams(entry.body),
        json: () => JSON.parse(entry.body),
      });
    }
    return notFound(response);
  });
  return { ...http, requests };
}

// Codes and tokens of one fake app.
export class Grants {
  constructor({ clientId, clientSecret }) {
    Object.assign(this, { clientId, clientSecret });
    this.codes = new Map();
    this.accessTokens = new Map(); // token → whatever the fake stored
    this.refreshTokens = new Map();
  }

  // The user said yes: sends the browser back with a one-use code, and with what some providers
  // add to the redirect.
  approve({ response, url }, extra = {}, added = {}) {
    const code = randomText();
    const query = url.searchParams;
    this.codes.set(code, {
      redirectUri: query.get('redirect_uri'),
      scope: query.get('scope') ?? '',
      challenge: query.get('code_challenge'),
      ...extra,
    });
    const back = new URL(query.get('redirect_uri'));
    back.searchParams.set('code', code);
    if (query.has('state')) back.searchParams.set('state', query.get('state'));
    for (const [name, value] of Object.entries(added)) back.searchParams.set(name, value);
    response.writeHead(302, { location: back.href }).end();
  }

  spendCode(code) {
    const grant = this.codes.get(code);
    this.codes.delete(code);
    return grant;
  }

  // Client id and secret from the Authorization header or the body, whichever the caller used.
  isClient(call, fields = call.form()) {
    const read = (name) => (typeof fields.get === 'function' ? fields.get(name) : fields[name]);
    const given = basicCredentials(call.request) ?? {
      id: read('client_id'),
      secret: read('client_secret'),
    };
    return given.id === this.clientId && given.secret === this.clientSecret;
  }
}
