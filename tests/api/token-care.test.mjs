// Tokens kept fresh: exactly one refresh however many callers, dead grants left alone, failing
// endpoints spared.
import { after, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { send } from '../lib/http.mjs';
import { oauthConnection, startScene } from '../lib/scenes.mjs';

let scene;
let provider;

before(async () => {
  scene = await startScene();
  provider = scene.provider;
});
beforeEach(() => {
  Object.assign(provider.switches, {
    accessTokenSeconds: 3600,
    tokenDelayMs: 0,
    tokenStatus: undefined,
    tokenRetryAfter: undefined,
    tokenError: undefined,
    dropTokenAnswer: false,
    omitExpiresIn: false,
    keepRefreshToken: false,
  });
  provider.api.status = undefined;
});
after(() => scene?.stop());

// Connects a user whose access token has expired by the time this returns.
async function expiredConnection(options) {
  provider.switches.accessTokenSeconds = 1;
  const connection = await oauthConnection(scene, options);
  await delay(1_100);
  provider.switches.accessTokenSeconds = 3600;
  provider.tokenCalls.length = 0;
  return connection;
}

const statuses = (answers) =>
  answers.reduce(
    (counts, answer) => ({ ...counts, [answer.status]: (counts[answer.status] ?? 0) + 1 }),
    {},
  );

test('1,000 callers with an expired token make exactly one token request', async () => {
  const { crm, user } = await expiredConnection();
  provider.switches.tokenDelayMs = 300;
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, () => user.proxy(crm, '/contacts')),
  );
  assert.deepEqual(statuses(answers), { 200: 1_000 });
  assert.equal(provider.tokenCalls.length, 1);
});

test('a slow token endpoint is waited for, with one request', async () => {
  const { crm, user } = await expiredConnection();
  provider.switches.tokenDelayMs = 12_000;
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => user.proxy(crm, '/contacts')),
  );
  assert.deepEqual(statuses(answers), { 200: 20 });
  assert.equal(provider.tokenCalls.length, 1);
});

test('a token revoked early is noticed by a 401, refreshed once, and the call repeated', async () => {
  const { crm, user } = await oauthConnection(scene);
  provider.forgetAccessTokens();
  provider.tokenCalls.length = 0;
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => user.proxy(crm, '/contacts')),
  );
  assert.deepEqual(statuses(answers), { 200: 50 });
  assert.equal(provider.tokenCalls.length, 1);
  const post = await user.proxy(crm, '/contacts', {
    method: 'POST',
    body: '{"name":"x"}',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(post.status, 201);
});

test('a POST that gets 401 is sent again with its body', async () => {
  const { crm, user } = await oauthConnection(scene);
  provider.forgetAccessTokens();
  const post = await user.proxy(crm, '/contacts', {
    method: 'POST',
    body: '{"name":"again"}',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(post.status, 201, post.text);
  assert.equal(post.json().output.name, 'again');
});

test('a provider that keeps answering 401 gets one refresh, and the caller its 401', async () => {
  const { crm, user } = await oauthConnection(scene);
  provider.api.status = 401;
  provider.tokenCalls.length = 0;
  const answer = await user.proxy(crm, '/contacts', { raw: true });
  assert.equal(answer.status, 401);
  assert.ok(provider.tokenCalls.length <= 1, `${provider.tokenCalls.length} token requests`);
});

test('invalid_grant makes the credential INVALID at once and is not hammered', async () => {
  const { crm, user, credential } = await expiredConnection();
  provider.switches.tokenError = 'invalid_grant';
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => user.proxy(crm, '/contacts')),
  );
  for (const answer of answers) {
    assert.ok(
      answer.status >= 400 && answer.status < 500 && answer.status !== 401,
      `${answer.status} ${answer.text}`,
    );
    assert.equal(answer.json().code, 'credential.invalid');
  }
  assert.equal((await user.sdkJson('GET', `/credentials/${credential.id}`)).status, 'INVALID');
  assert.equal((await user.sdkJson('GET', '/me')).integrations[crm.type].enabled, false);
  for (let call = 0; call < 20; call += 1) await user.proxy(crm, '/contacts');
  assert.equal(provider.tokenCalls.length, 1);
  provider.switches.tokenError = undefined;
  const again = await user.connectThroughPage(crm, {
    installOptions: { selectedCredentialId: credential.id },
  });
  assert.equal(again.status, 'VALID');
  assert.equal((await user.proxy(crm, '/contacts')).status, 200);
});

test('a credential that becomes INVALID is told once, in the log and in a counter', async () => {
  const { tenon } = scene.world;
  const { crm, user, credential } = await expiredConnection();
  const before = invalidations(await metricsOf(tenon), 'invalid_grant');
  provider.switches.tokenError = 'invalid_grant';
  await Promise.all(Array.from({ length: 20 }, () => user.proxy(crm, '/contacts')));
  await user.proxy(crm, '/contacts');
  assert.equal(invalidations(await metricsOf(tenon), 'invalid_grant') - before, 1);
  const told = () =>
    tenon
      .logLines()
      .filter((line) => JSON.stringify(line).includes(credential.id))
      .filter((line) => line.event === 'credential.invalidated');
  for (let waited = 0; told().length === 0 && waited < 100; waited += 1) await delay(20);
  assert.equal(told().length, 1);
  const [line] = told();
  assert.equal(line.level, 'warning');
  assert.equal(line.project_id, scene.world.projectId);
  assert.equal(line.integration_id, crm.id);
  assert.equal(line.code, 'invalid_grant');
  assert.match(line.reason, /provider ended this connection/);
});

test('--token-request-timeout bounds the token request of a refresh', async () => {
  const hasty = await startScene({ flags: ['--token-request-timeout', '1s'] });
  try {
    hasty.provider.switches.accessTokenSeconds = 1;
    const { crm, user } = await oauthConnection(hasty);
    await delay(1_100);
    hasty.provider.switches.tokenDelayMs = 8_000;
    const started = Date.now();
    const answer = await user.proxy(crm, '/contacts');
    assert.equal(answer.status, 503, answer.text);
    assert.equal(answer.json().code, 'token.refresh_failed');
    assert.ok(Date.now() - started < 6_000, `${Date.now() - started} ms`);
  } finally {
    await hasty.stop();
  }
});

const metricsOf = async (tenon) => (await send(`${tenon.origin}/metrics`)).text;
const invalidations = (metrics, reason) =>
  Number(
    metrics.match(
      new RegExp(`^tenon_credentials_invalidated_total\\{reason="${reason}"\\} (\\d+)$`, 'm'),
    )?.[1] ?? 0,
  );

test('a token endpoint that answers 503 is spared, stays VALID, and recovers', async () => {
  const { crm, user, credential } = await expiredConnection();
  provider.switches.tokenStatus = 503;
  const started = Date.now();
  while (Date.now() - started < 2_000) {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => user.proxy(crm, '/contacts')),
    );
    for (const answer of answers) assert.equal(answer.status, 503, answer.text);
  }
  assert.ok(
    provider.tokenCalls.length <= 6,
    `${provider.tokenCalls.length} token requests in two seconds`,
  );
  assert.equal((await user.sdkJson('GET', `/credentials/${credential.id}`)).status, 'VALID');
  provider.switches.tokenStatus = undefined;
  const deadline = Date.now() + 10_000;
  let answer;
  do {
    await delay(100);
    answer = await user.proxy(crm, '/contacts');
  } while (answer.status !== 200 && Date.now() < deadline);
  assert.equal(answer.status, 200, answer.text);
});

test('a token near its end is served while the refresh fails', async () => {
  provider.switches.accessTokenSeconds = 20; // the margin is 20 % of it
  const { crm, user } = await oauthConnection(scene);
  await delay(17_000);
  provider.switches.tokenStatus = 503;
  provider.tokenCalls.length = 0;
  const answer = await user.proxy(crm, '/contacts');
  assert.equal(answer.status, 200, answer.text);
});

test('a provider that does not rotate keeps the old refresh token working', async () => {
  provider.switches.keepRefreshToken = true;
  const { crm, user } = await expiredConnection();
  provider.switches.keepRefreshToken = true;
  for (let round = 0; round < 3; round += 1) {
    provider.forgetAccessTokens();
    assert.equal((await user.proxy(crm, '/contacts')).status, 200, `round ${round}`);
  }
});

test('without expires_in the 401 teaches', async () => {
  provider.switches.omitExpiresIn = true;
  const { crm, user } = await oauthConnection(scene);
  assert.equal((await user.proxy(crm, '/contacts')).status, 200);
  provider.forgetAccessTokens();
  provider.tokenCalls.length = 0;
  assert.equal((await user.proxy(crm, '/contacts')).status, 200);
  assert.equal(provider.tokenCalls.length, 1);
});

test("20 users expire together: 20 requests, nobody gets another one's token", async () => {
  provider.switches.accessTokenSeconds = 2;
  const first = await oauthConnection(scene, { user: scene.world.user('storm-0') });
  const users = [first.user];
  for (let index = 1; index < 20; index += 1) {
    const user = scene.world.user(`storm-${index}`);
    await user.connectThroughPage(first.crm);
    users.push(user);
  }
  await delay(2_100);
  provider.switches.accessTokenSeconds = 3600;
  provider.tokenCalls.length = 0;
  const calls = users.flatMap((user) =>
    Array.from({ length: 10 }, async () => {
      const answer = await user.proxy(first.crm, '/me');
      return answer.status === 200 && answer.json().output.id === user.sub;
    }),
  );
  assert.deepEqual(new Set(await Promise.all(calls)), new Set([true]));
  assert.equal(provider.tokenCalls.length, users.length);
});

test('no used refresh token is ever sent again', () => {
  const spent = new Set();
  for (const call of provider.refreshCalls().filter((one) => one.status === 200)) {
    assert.ok(!spent.has(call.refreshToken) || provider.switches.keepRefreshToken);
    spent.add(call.refreshToken);
  }
});

test('disconnecting while a refresh runs brings nothing back to life', async () => {
  const { crm, user, credential } = await expiredConnection();
  provider.switches.tokenDelayMs = 500;
  const call = user.proxy(crm, '/contacts');
  await delay(150);
  await user.sdk('DELETE', `/integrations/${crm.id}`, undefined, {
    headers: { 'x-paragon-credential': credential.id },
  });
  await call;
  assert.deepEqual(await user.sdkJson('GET', '/credentials'), []);
});
