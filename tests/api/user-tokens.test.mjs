// User tokens: what is accepted, and the hostile ones that get 401 wherever they are sent.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { keyConnection, startScene } from '../lib/scenes.mjs';
import { send } from '../lib/http.mjs';
import { hostileTokens, nowSeconds, signToken, userClaims, userToken } from '../lib/tokens.mjs';

let scene;
let world;
let keys;
let user;

before(async () => {
  scene = await startScene();
  world = scene.world;
  ({ keys, user } = await keyConnection(scene));
});
after(() => scene?.stop());

const meUrl = () => user.sdkUrl('/me');
const proxyUrl = () => user.sdkUrl(`/proxy/${keys.type}/echo`);
const call = (url, token) =>
  send(url, { headers: { authorization: `Bearer ${token}` }, keepAlive: false });

test('ordinary tokens are accepted, with and without what is optional', async () => {
  const { privateKey, projectId } = world;
  for (const token of [
    userToken(privateKey, 'a@b.c', { projectId }),
    userToken(privateKey, 'no-audience'),
    userToken(privateKey, 'extra', { projectId, nbf: nowSeconds() - 5, anything: { x: 1 } }),
    userToken(privateKey, 'week', { lifeSeconds: 7 * 86_400 }),
    signToken({
      privateKey,
      header: { alg: 'RS256', kid: 'paragon', typ: 'JWT' },
      payload: userClaims('kid'),
    }),
    userToken(privateKey, 'skew', { lifeSeconds: -30 }), // clocks differ by up to 60 s
  ]) {
    const answer = await call(meUrl(), token);
    assert.equal(answer.status, 200, answer.text);
  }
});

test('hostile tokens get 401 on the SDK and on the proxy, and reach nobody', async () => {
  const { privateKey: otherPrivateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const before = scene.provider.api.requests.length;
  const passed = [];
  for (const [name, token] of hostileTokens({
    privateKey: world.privateKey,
    otherPrivateKey,
    projectId: world.projectId,
  })) {
    for (const url of [meUrl(), proxyUrl()]) {
      // A head beyond the limit is refused while it is still coming; the answer still arrives.
      const status = token.length > 32_000 ? 431 : 401;
      const answer = await call(url, token);
      if (answer.status !== status)
        passed.push(`${name}: ${answer.status} ${answer.text.slice(0, 100)}`);
      else if (status === 401) assert.match(answer.json().code, /^token\./, name);
    }
  }
  assert.deepEqual(passed, []);
  assert.equal(scene.provider.api.requests.length, before);
});

test('a token counts only in the Authorization header', async () => {
  const { token } = user;
  for (const [url, headers] of [
    [`${meUrl()}?userToken=${token}`, {}],
    [`${meUrl()}?access_token=${token}`, {}],
    [meUrl(), { cookie: `token=${token}` }],
    [meUrl(), { authorization: token }],
    [meUrl(), { authorization: `Basic ${token}` }],
    [meUrl(), {}],
  ]) {
    assert.equal((await send(url, { headers })).status, 401, JSON.stringify(headers));
  }
  assert.ok(!world.tenon.output().includes(token), 'a token in a query was logged');
});

test('two Authorization headers are refused', async () => {
  const answer = await send(meUrl(), {
    headers: ['authorization', `Bearer ${user.token}`, 'authorization', 'Bearer x'],
  });
  assert.ok(answer.status === 400 || answer.status === 401, `${answer.status}`);
});

test('several keys are active at once, and a revoked one is refused at once', async () => {
  const second = await world.newSigningKey();
  const { projectId } = world;
  assert.equal((await call(meUrl(), userToken(second, 'rotated', { projectId }))).status, 200);
  assert.equal((await call(meUrl(), user.token)).status, 200);
  const listed = await world.asDeveloper('GET', '/signing-keys');
  const keysOfProject = listed.items ?? listed;
  const newest = keysOfProject
    .filter((key) => !key.revoked)
    .sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))[0];
  assert.ok(!JSON.stringify(listed).includes('PRIVATE KEY'));
  await world.asDeveloper('DELETE', `/signing-keys/${newest.id}`);
  assert.equal((await call(meUrl(), userToken(second, 'rotated', { projectId }))).status, 401);
  assert.equal((await call(meUrl(), user.token)).status, 200);
});

const claim = 'urn:useparagon:connect:permissions';
const withPermissions = (permissions) => world.user(user.sub, { [claim]: permissions });

test('permissions in the token narrow what may be done (7210)', async () => {
  const none = withPermissions({ 'integration:custom.other': true });
  const denied = await none.proxy(keys, '/echo');
  assert.ok(denied.status === 403 && denied.json().code === '7210', denied.text);
  assert.deepEqual(await none.sdkJson('GET', '/credentials'), []);
  const writer = withPermissions({ 'integration:*': ['credential:write'] });
  assert.equal((await writer.proxy(keys, '/echo')).status, 403);
  for (const permissions of [
    { 'integration:*': true },
    { [`integration:${keys.type}`]: ['proxy'] },
    JSON.stringify({ 'integration:*': true }),
  ]) {
    assert.equal(
      (await withPermissions(permissions).proxy(keys, '/echo')).status,
      200,
      JSON.stringify(permissions),
    );
  }
});

test('a malformed permissions claim is refused', async () => {
  for (const permissions of [7, 'not json', [], { 'integration:*': 'yes' }]) {
    const answer = await withPermissions(permissions).sdk('GET', '/me');
    assert.ok(
      [401, 403].includes(answer.status),
      `${JSON.stringify(permissions)}: ${answer.status}`,
    );
  }
});
