// Tokens kept fresh: exactly one refresh however many callers, dead grants left alone, failing
// endpoints spared.
import { after, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../lib/clock.mjs';
import { expiredConnection, oauthConnection, startScene } from '../lib/scenes.mjs';

let scene;
let provider;

before(async () => {
  scene = await startScene();
  provider = scene.provider;
});
beforeEach(() => {
  Object.assign(provider.switches, {
    accessTokenSeconds: 3600,
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

const statuses = (answers) =>
  answers.reduce(
    (counts, answer) => ({ ...counts, [answer.status]: (counts[answer.status] ?? 0) + 1 }),
    {},
  );

// So many calls that all of them wait for the token request that the provider holds.
async function callsThatWait(count, { crm, user }) {
  const running = await scene.world.tenon.metric('tenon_http_requests_in_flight');
  const calls = Array.from({ length: count }, () => user.proxy(crm, '/contacts'));
  const all = running + count;
  await until(`${count} calls wait`, async () => {
    return (await scene.world.tenon.metric('tenon_http_requests_in_flight')) >= all;
  });
  await until('the token request is there', () => provider.tokenCalls.length > 0);
  return calls;
}

test('1,000 callers with an expired token make exactly one token request', async () => {
  const connection = await expiredConnection(scene);
  const release = provider.holdTokens();
  const calls = await callsThatWait(1_000, connection);
  release();
  assert.deepEqual(statuses(await Promise.all(calls)), { 200: 1_000 });
  assert.equal(provider.tokenCalls.length, 1);
});

test('a slow token endpoint is waited for, with one request', async () => {
  const connection = await expiredConnection(scene);
  const release = provider.holdTokens();
  const early = await callsThatWait(20, connection);
  scene.clock.advance({ seconds: 35 });
  const late = await callsThatWait(20, connection);
  assert.equal(provider.tokenCalls.length, 1);
  release();
  assert.deepEqual(statuses(await Promise.all([...early, ...late])), { 200: 40 });
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
  const { crm, user, credential } = await expiredConnection(scene);
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
  const { crm, user, credential } = await expiredConnection(scene);
  const counted = () =>
    tenon.metric('tenon_credentials_invalidated_total{reason="invalid_grant"}');
  const before = await counted();
  provider.switches.tokenError = 'invalid_grant';
  await Promise.all(Array.from({ length: 20 }, () => user.proxy(crm, '/contacts')));
  await user.proxy(crm, '/contacts');
  assert.equal((await counted()) - before, 1);
  const told = () =>
    tenon
      .logLines()
      .filter((line) => JSON.stringify(line).includes(credential.id))
      .filter((line) => line.event === 'credential.invalidated');
  await until('the log tells', () => told().length > 0);
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
    const { crm, user } = await expiredConnection(hasty);
    hasty.provider.holdTokens();
    const started = Date.now();
    const answer = await user.proxy(crm, '/contacts');
    assert.equal(answer.status, 503, answer.text);
    assert.equal(answer.json().code, 'token.refresh_failed');
    assert.ok(Date.now() - started < 6_000, `${Date.now() - started} ms`);
  } finally {
    await hasty.stop();
  }
});

test('a token endpoint that answers 503 is spared, stays VALID, and recovers', async () => {
  const { crm, user, credential } = await expiredConnection(scene);
  provider.switches.tokenStatus = 503;
  for (let second = 0; second < 5; second += 1) {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => user.proxy(crm, '/contacts')),
      );
      for (const answer of answers) {
        assert.equal(answer.status, 503, answer.text);
        assert.ok(Number(answer.headers['retry-after']) > 0, 'no Retry-After');
      }
    }
    scene.clock.advance({ seconds: 1 });
  }
  // Of 250 calls in five seconds; real time passes as well.
  assert.ok(provider.tokenCalls.length <= 10, `${provider.tokenCalls.length} token requests`);
  assert.equal((await user.sdkJson('GET', `/credentials/${credential.id}`)).status, 'VALID');
  provider.switches.tokenStatus = undefined;
  scene.clock.advance({ seconds: 5 });
  const answer = await user.proxy(crm, '/contacts');
  assert.equal(answer.status, 200, answer.text);
});

test('Retry-After of the token endpoint is waited for', async () => {
  const { crm, user } = await expiredConnection(scene);
  Object.assign(provider.switches, { tokenStatus: 429, tokenRetryAfter: 40 });
  assert.equal((await user.proxy(crm, '/contacts')).status, 503);
  provider.switches.tokenStatus = undefined;
  scene.clock.advance({ seconds: 20 });
  const early = await user.proxy(crm, '/contacts');
  assert.equal(early.status, 503, early.text);
  assert.equal(provider.tokenCalls.length, 1);
  scene.clock.advance({ seconds: 21 });
  assert.equal((await user.proxy(crm, '/contacts')).status, 200);
});

test('a token near its end is served while the refresh fails', async () => {
  provider.switches.accessTokenSeconds = 600; // the margin is 20 % of it
  const { crm, user } = await oauthConnection(scene);
  scene.clock.advance({ seconds: 560 });
  provider.switches.tokenStatus = 503;
  provider.tokenCalls.length = 0;
  const answer = await user.proxy(crm, '/contacts');
  assert.equal(answer.status, 200, answer.text);
  await until('a refresh is tried', () => provider.tokenCalls.length === 1);
});

test('a clock that jumps a day ahead costs one refresh', async () => {
  const { crm, user } = await oauthConnection(scene, {
    user: scene.world.user('far', { lifeSeconds: 7 * 86_400 }),
  });
  provider.tokenCalls.length = 0;
  scene.clock.advance({ hours: 24 });
  for (let round = 0; round < 2; round += 1) {
    const calls = Array.from({ length: 50 }, () => user.proxy(crm, '/contacts'));
    assert.deepEqual(statuses(await Promise.all(calls)), { 200: 50 });
  }
  assert.equal(provider.tokenCalls.length, 1);
  scene.clock.advance({ hours: -24 });
  assert.equal((await user.proxy(crm, '/contacts')).status, 200);
  assert.ok(provider.tokenCalls.length <= 2, `${provider.tokenCalls.length} token requests`);
});

test('a provider that does not rotate keeps the old refresh token working', async () => {
  provider.switches.keepRefreshToken = true;
  const { crm, user } = await expiredConnection(scene);
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
  provider.switches.accessTokenSeconds = 60;
  const first = await oauthConnection(scene, { user: scene.world.user('storm-0') });
  const users = [first.user];
  for (let index = 1; index < 20; index += 1) {
    const user = scene.world.user(`storm-${index}`);
    await user.connectThroughPage(first.crm);
    users.push(user);
  }
  provider.switches.accessTokenSeconds = 3600;
  scene.clock.advance({ seconds: 61 });
  provider.forgetAccessTokens();
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
  const { crm, user, credential } = await expiredConnection(scene);
  const release = provider.holdTokens();
  const call = user.proxy(crm, '/contacts');
  await until('the token request is there', () => provider.tokenCalls.length > 0);
  await user.sdk('DELETE', `/integrations/${crm.id}`, undefined, {
    headers: { 'x-paragon-credential': credential.id },
  });
  release();
  await call;
  assert.deepEqual(await user.sdkJson('GET', '/credentials'), []);
});
