// What odd providers need, from outside: mutual TLS with an identity of its own for each
// integration, token requests of another shape, a retry rule, and a clear word on what is not built.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { startDnsServer } from '../fakes/dns-server.mjs';
import { sendJson, startHttpServer } from '../fakes/http-server.mjs';
import { CertificateAuthority } from '../lib/certificates.mjs';
import { apiKeyDefinition, givenTenon } from '../lib/world.mjs';

const name = 'mtls.provider.test';

let dns;
let authority;
let mtls;
let plain;
let world;

// Answers only those who show a certificate of the authority, and notes whose it was.
async function startMutualTlsProvider() {
  const server = https.createServer(
    {
      ...authority.serverFor(name),
      ca: readFileSync(authority.file),
      requestCert: true,
      rejectUnauthorized: true,
    },
    async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const shown = request.socket.getPeerCertificate().subject?.CN;
      server.calls.push({ shown, path: request.url, body, headers: request.headers });
      sendJson(response, 200, { access_token: `for-${shown}`, expires_in: 3600, shown });
    },
  );
  server.calls = [];
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(server, { origin: `https://${name}:${server.address().port}` });
}

before(async () => {
  dns = await startDnsServer();
  dns.names.set(name, (type) => (type === 'A' ? ['127.0.0.1'] : []));
  authority = new CertificateAuthority();
  mtls = await startMutualTlsProvider();
  plain = await startHttpServer((request, response, url) => {
    plain.calls.push({ method: request.method, url, headers: request.headers });
    return plain.answer(response, url);
  });
  plain.calls = [];
  world = await givenTenon({
    allowEgress: [`${name}:${mtls.address().port}`, plain.host],
    flags: ['--dns-server', dns.host, '--upstream-ca-file', authority.file],
  });
});
after(async () => {
  await world?.stop();
  mtls?.close();
  mtls?.closeAllConnections();
  authority?.stop();
  await plain?.stop();
  await dns?.stop();
});

const pemOf = ({ cert, key }) => `${cert}${key}`;

const mutualTls = (title, clientCertificate) =>
  world.integration({
    name: title,
    authentication: {
      method: 'oauth_client_credential',
      accessTokenUrl: `${mtls.origin}/token`,
      clientAuthentication: 'tls_client_auth',
      ...(clientCertificate ? { clientCertificate } : { clientAuthentication: 'body' }),
    },
    api: { baseUrl: `${mtls.origin}/api`, testEndpoint: { path: '/test' } },
  });

const fields = { clientId: 'service', clientSecret: 'not-sent' };

test('mutual TLS: token, test and proxied requests show the certificate of their integration', async () => {
  const first = authority.serverFor('client-one.test');
  const second = authority.serverFor('client-two.test');
  await world.asDeveloper('PUT', '/secrets/SECOND_CERT', { value: pemOf(second) });
  const one = await mutualTls('Mutual one', pemOf(first));
  const two = await mutualTls('Mutual two', '{{ secrets.SECOND_CERT }}');
  assert.equal(one.hasClientCertificate, true);
  const user = world.user('muriel');
  await user.connectedWithFields(one, fields);
  await user.connectedWithFields(two, fields);
  for (let round = 0; round < 3; round += 1) {
    for (const [integration, owner] of [
      [one, 'client-one.test'],
      [two, 'client-two.test'],
    ]) {
      const answer = await user.proxy(integration, '/who');
      assert.equal(answer.json().output?.shown, owner, answer.text);
      assert.equal(mtls.calls.at(-1).headers.authorization, `Bearer for-${owner}`);
    }
  }
  const tokens = mtls.calls.filter((call) => call.path === '/token');
  assert.deepEqual(
    tokens.map((call) => call.shown),
    ['client-one.test', 'client-two.test'],
  );
  for (const call of tokens) {
    assert.match(call.body, /client_id=service/);
    assert.ok(!call.body.includes('client_secret'), call.body);
  }
});

test('mutual TLS: without a certificate the provider refuses, and nothing of another is used', async () => {
  const bare = await mutualTls('Mutual none');
  const seen = mtls.calls.length;
  const refused = await world.user('bare').connectWithFields(bare, fields);
  assert.ok(refused.status >= 400, refused.text);
  assert.equal(mtls.calls.length, seen);
});

test('a certificate never comes back, and one that does not fit its key is refused by its field', async () => {
  const one = (await world.apiJson('GET', '/integrations?search=Mutual')).items.find(
    (item) => item.name === 'Mutual one',
  );
  const shown = await world.api('GET', `/integrations/${one.id}`);
  const exported = await world.api('GET', `/integrations/${one.id}/export`);
  for (const { text } of [shown, exported, { text: world.tenon.output() }])
    assert.ok(!/PRIVATE KEY|BEGIN CERTIFICATE/.test(text));
  const mixed = { ...authority.serverFor('a.test'), key: authority.serverFor('b.test').key };
  const refused = await world.api('POST', '/integrations', {
    ...apiKeyDefinition({ apiUrl: mtls.origin }, { name: 'Mixed' }),
    authentication: {
      method: 'basic',
      inputFields: [{ id: 'api_key', title: 'Key' }],
      clientCertificate: pemOf(mixed),
    },
  });
  assert.equal(refused.status, 400);
  const [problem] = refused.json().meta.problems;
  assert.equal(problem.field, 'authentication.clientCertificate');
  assert.match(problem.rule, /not that of the first certificate/);
  assert.ok(!refused.text.includes('BEGIN'));
});

test('a token request by GET, with other names and milliseconds, told in YAML', async () => {
  plain.answer = (response, url) =>
    url.pathname === '/login'
      ? sendJson(response, 200, { data: { token: 'plain-token', ttl: 3_600_000 } })
      : sendJson(response, 200, { ok: true });
  const {
    integrations: [{ id }],
  } = await world.applyYaml(`
name: Odd tokens
status: active
authentication:
  method: oauth_client_credential
  accessTokenUrl: ${plain.origin}/login?v=2
  clientIdParameter: app_key
  clientSecretParameter: app_secret
  clientAuthentication: body
  tokenRequestMethod: GET
  tokenRequestBody: query
  tokenTimeoutMs: 5000
  tokenResponse:
    accessToken: data.token
    expiresIn: data.ttl
    expiryUnit: milliseconds
api:
  baseUrl: ${plain.origin}/api
`);
  const integration = await world.apiJson('GET', `/integrations/${id}`);
  const user = world.user('otto');
  const begun = Date.now();
  const credential = await user.connectedWithFields(integration, {
    clientId: 'the-app',
    clientSecret: 'the-secret',
  });
  assert.equal(credential.status, 'VALID');
  const { method, url } = plain.calls.at(-1);
  assert.equal(method, 'GET');
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    v: '2',
    grant_type: 'client_credentials',
    app_key: 'the-app',
    app_secret: 'the-secret',
  });
  const { items } = await world.apiJson('GET', `/credentials?integrationId=${id}`);
  const lifetime = Date.parse(items[0].expiresAt) - begun;
  assert.ok(lifetime > 3_500_000 && lifetime < 3_700_000, `${lifetime} ms`);
  const exported = await world.api('GET', `/integrations/${id}/export`);
  assert.match(exported.text, /expiryUnit: milliseconds/);
  assert.equal((await world.applyYaml(exported.text)).integrations[0].change, 'unchanged');
});

test('a retry rule: statuses of its own, and the moment that a header names', async () => {
  const failures = [
    { status: 409, headers: {} },
    { status: 429, headers: { 'x-reset': String(Math.floor(Date.now() / 1000)) } },
  ];
  plain.answer = (response) => {
    const failure = failures.shift();
    return failure
      ? sendJson(response, failure.status, {}, failure.headers)
      : sendJson(response, 200, { ok: true });
  };
  const integration = await world.integration(
    apiKeyDefinition(
      { apiUrl: `${plain.origin}/api` },
      {
        name: 'Retries',
        api: { retriesMax: 3, retry: { statuses: [409], resetHeader: 'X-Reset' } },
      },
    ),
  );
  const user = world.user('rita');
  await user.connectedWithFields(integration, { api_key: 'k' });
  const seen = plain.calls.length;
  const answer = await user.proxy(integration, '/busy');
  assert.equal(answer.status, 200, answer.text);
  assert.equal(plain.calls.length - seen, 3);
  // What may have been done is not done again.
  failures.push({ status: 409, headers: {} });
  const posted = await user.proxy(integration, '/busy', { method: 'POST', body: '{}' });
  assert.equal(posted.status, 409);
  assert.equal(plain.calls.length - seen, 4);
});

test('request signing is refused, naming the field and the rule', async () => {
  for (const requestSigning of ['aws_sigv4', 'hmac', 'oauth1', 'wsse']) {
    const refused = await world.api('POST', '/integrations', {
      ...apiKeyDefinition(
        { apiUrl: plain.origin },
        { name: `Signed ${requestSigning}`, api: { requestSigning } },
      ),
    });
    assert.equal(refused.status, 400);
    const [problem] = refused.json().meta.problems;
    assert.equal(problem.field, 'api.requestSigning');
    assert.match(problem.rule, /requests are not signed here/);
    assert.ok(problem.rule.includes(requestSigning));
  }
});
