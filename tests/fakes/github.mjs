// GitHub as docs.github.com describes it: web application flow of an OAuth app, token errors with
// status 200, tokens that do not expire, User-Agent required, ETag, Link and X-RateLimit headers.
import { bearerToken, sendJson } from './http-server.mjs';
import { Grants, randomText, startFake } from './oauth-fake.mjs';

export async function startGithub({
  clientId = 'Iv1.fakegithub',
  clientSecret = 'github-client-secret',
} = {}) {
  const grants = new Grants({ clientId, clientSecret });
  const docs = 'https://docs.github.com/rest';

  function tokenAnswer(call, answer) {
    // Form-encoded unless the caller asks for JSON.
    if (/application\/json/.test(call.request.headers.accept ?? ''))
      return sendJson(call.response, 200, answer);
    call.response.writeHead(200, {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    });
    return call.response.end(new URLSearchParams(answer).toString());
  }

  function token(call) {
    const fields = call.form();
    if (!grants.isClient(call)) {
      return tokenAnswer(call, {
        error: 'incorrect_client_credentials',
        error_description: 'The client_id and/or client_secret passed are incorrect.',
      });
    }
    const grant = grants.spendCode(fields.get('code'));
    if (!grant) {
      return tokenAnswer(call, {
        error: 'bad_verification_code',
        error_description: 'The code passed is incorrect or expired.',
      });
    }
    if (fields.get('redirect_uri') !== null && fields.get('redirect_uri') !== grant.redirectUri) {
      return tokenAnswer(call, {
        error: 'redirect_uri_mismatch',
        error_description:
          'The redirect_uri MUST match the registered callback URL for this application.',
      });
    }
    const accessToken = `gho_${randomText()}`;
    grants.accessTokens.set(accessToken, grant);
    return tokenAnswer(call, {
      access_token: accessToken,
      token_type: 'bearer',
      scope: grant.scope.replaceAll(' ', ','),
    });
  }

  // Every API call: User-Agent first, then the token.
  const api = (handler) => (call) => {
    const limits = {
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '4987',
      'x-ratelimit-reset': '1893456000',
      'x-github-request-id': randomText(6),
    };
    if (!call.request.headers['user-agent']) {
      call.response.writeHead(403, { 'content-type': 'text/html' });
      return call.response.end(
        'Request forbidden by administrative rules. Please make sure your request has a ' +
          'User-Agent header',
      );
    }
    const grant = grants.accessTokens.get(bearerToken(call.request));
    if (!grant)
      return sendJson(
        call.response,
        401,
        { message: 'Bad credentials', documentation_url: docs, status: '401' },
        limits,
      );
    const headers = { ...limits, 'x-oauth-scopes': grant.scope.replaceAll(' ', ', ') };
    return handler(call, headers);
  };

  const user = api((call, headers) => {
    const etag = '"8f2d-octocat"';
    if (call.request.headers['if-none-match'] === etag)
      return call.response.writeHead(304, { etag, ...headers }).end();
    return sendJson(
      call.response,
      200,
      {
        login: 'octocat',
        id: 583231,
        node_id: 'MDQ6VXNlcjU4MzIzMQ==',
        type: 'User',
        name: 'The Octocat',
        email: null,
      },
      { etag, ...headers },
    );
  });
  const repositories = api((call, headers) =>
    sendJson(call.response, 200, [{ id: 1296269, name: 'Hello-World' }], {
      link: '<https://api.github.com/user/repos?page=2>; rel="next", <https://api.github.com/user/repos?page=5>; rel="last"',
      ...headers,
    }),
  );
  const newIssue = api((call, headers) =>
    sendJson(call.response, 201, { id: 1, number: 1347, ...call.json() }, headers),
  );

  return {
    ...(await startFake(
      [
        ['GET', /^\/login\/oauth\/authorize$/, (call) => grants.approve(call)],
        ['POST', /^\/login\/oauth\/access_token$/, token],
        ['GET', /^\/user$/, user],
        ['GET', /^\/user\/repos$/, repositories],
        ['POST', /^\/repos\/[^/]+\/[^/]+\/issues$/, newIssue],
      ],
      (response) =>
        sendJson(response, 404, { message: 'Not Found', documentation_url: docs, status: '404' }),
    )),
    hosts: ['github.com', 'api.github.com'],
    clientId,
    clientSecret,
    grants,
  };
}
