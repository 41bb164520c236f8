// The made-up provider on its own: the tests that stand on it are only as good as it is.
import { after, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { send, sendRaw, Visitor } from '../lib/http.mjs';
import { startProvider } from './provider.mjs';
import { patternSha256, patternStream } from './bytes.mjs';

let provider;
let client;
const redirectUri = 'http://127.0.0.1:9/oauth/x';

before(async () => {
  provider = await startProvider();
  client = provider.addClient({ redirectUris: [redirectUri] });
});
beforeEach(() =>
  Object.assign(provider.switches, {
    accessTokenSeconds: 3600,
    tokenStatus: undefined,
    tokenError: undefined,
    dropTokenAnswer: false,
    keepRefreshToken: false,
  }),
);
after(() => provider.stop());

const basic = () =>
  `Basic ${Buffer.from(
    [client.clientId, client.clientSecret].map(encodeURIComponent).join(':'),
  ).toString('base64')}`;

async function token(fields) {
  const answer = await send(provider.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: basic() },
  });
  return { status: answer.status, ...answer.json() };
}

// Goes through the consent page and gives the callback's address.
async function authorize(extra = {}, decision = 'allow') {
  const visitor = new Visitor();
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    scope: 'contacts.read',
    state: 'abc',
    ...extra,
  });
  const page = await visitor.visit(`${provider.authorizationUrl}?${query}`);
  assert.equal(page.status, 200, page.text);
  assert.match(page.text, /Made-up CRM/);
  const done = await visitor.submit(
    page.url,
    { account: 'ada', decision },
    { until: (url) => url.startsWith(redirectUri) },
  );
  return new URL(done.stoppedAt);
}

async function connect() {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const callback = await authorize({ code_challenge: challenge, code_challenge_method: 'S256' });
  assert.equal(callback.searchParams.get('state'), 'abc');
  return token({
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code'),
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
}

const callApi = (accessToken, path = '/contacts') =>
  send(provider.apiUrl + path, { headers: { authorization: `Bearer ${accessToken}` } });

test('authorization code with PKCE gives tokens that open the API', async () => {
  const tokens = await connect();
  assert.equal(tokens.status, 200);
  assert.equal(tokens.expires_in, 3600);
  const answer = await callApi(tokens.access_token, '/me');
  assert.equal(answer.json().id, 'ada');
  assert.equal((await callApi('wrong')).status, 401);
});

test('PKCE is demanded, and Deny comes back as access_denied', async () => {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
  });
  const answer = await new Visitor().visit(`${provider.authorizationUrl}?${query}`, {
    until: (url) => url.startsWith(redirectUri),
  });
  assert.match(answer.stoppedAt, /error=invalid_request/);
  const callback = await authorize(
    { code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
    'deny',
  );
  assert.equal(callback.searchParams.get('error'), 'access_denied');
});

test('refresh rotates, and a reused refresh token ends the whole grant', async () => {
  const first = await connect();
  const second = await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
  assert.equal(second.status, 200);
  assert.notEqual(second.refresh_token, first.refresh_token);
  assert.equal(
    (await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token })).error,
    'invalid_grant',
  );
  assert.equal(
    (await token({ grant_type: 'refresh_token', refresh_token: second.refresh_token })).error,
    'invalid_grant',
  );
  assert.equal((await callApi(second.access_token)).status, 401);
});

test('keepRefreshToken answers a refresh without a new refresh token', async () => {
  const first = await connect();
  provider.switches.keepRefreshToken = true;
  const second = await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
  assert.equal(second.refresh_token, undefined);
  assert.equal(
    (await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token })).status,
    200,
  );
});

test('client credentials, password grant and revocation', async () => {
  const machine = await token({ grant_type: 'client_credentials', scope: 'contacts.read' });
  assert.equal((await callApi(machine.access_token)).status, 200);
  const person = await token({
    grant_type: 'password',
    username: 'ada',
    password: 'correct horse',
  });
  assert.equal((await callApi(person.access_token, '/me')).json().id, 'ada');
  assert.equal(
    (await token({ grant_type: 'password', username: 'ada', password: 'no' })).error,
    'invalid_grant',
  );
  const before = provider.revocations.length;
  await send(provider.revocationUrl, {
    method: 'POST',
    body: `token=${person.access_token}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: basic() },
  });
  assert.equal(provider.revocations[before], person.access_token);
  assert.equal((await callApi(person.access_token)).status, 401);
});

test('the token endpoint is counted, and misbehaves when told to', async () => {
  provider.tokenCalls.length = 0;
  provider.switches.tokenStatus = 503;
  assert.equal((await token({ grant_type: 'refresh_token', refresh_token: 'x' })).status, 503);
  provider.switches.tokenStatus = undefined;
  provider.switches.tokenError = 'invalid_grant';
  assert.equal(
    (await token({ grant_type: 'refresh_token', refresh_token: 'x' })).error,
    'invalid_grant',
  );
  provider.switches.tokenError = undefined;
  provider.switches.dropTokenAnswer = true;
  await assert.rejects(token({ grant_type: 'client_credentials' }));
  assert.deepEqual(
    provider.tokenCalls.map((call) => call.status),
    [503, 400, 200],
  );
  assert.equal(provider.refreshCalls().length, 2);
});

test('the API echoes exactly, streams big bodies and repeats headers', async () => {
  const echo = await send(`${provider.apiUrl}/echo/a%2Fb/../c?x=1&x=2&y`, {
    method: 'PUT',
    body: 'héllo',
  });
  assert.equal(echo.json().target, '/api/echo/a%2Fb/../c?x=1&x=2&y');
  assert.equal(Buffer.from(echo.json().bodyBase64, 'base64').toString(), 'héllo');
  const size = 5_000_000;
  const up = await send(`${provider.apiUrl}/upload`, {
    method: 'POST',
    body: patternStream(size),
  });
  assert.deepEqual([up.json().bytes, up.json().sha256], [size, patternSha256(size)]);
  const down = await send(`${provider.apiUrl}/download?bytes=${size}&framing=chunked`);
  assert.equal(createHash('sha256').update(down.body).digest('hex'), patternSha256(size));
  const raw = await sendRaw(
    provider.origin,
    'GET /api/headers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  );
  assert.equal(raw.text.match(/^Set-Cookie:/gm).length, 2);
  assert.equal(raw.text.match(/^Link:/gm).length, 2);
});
