// Start, drain, power cut, restart, wrong key: what operators see.
import { afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startProvider } from '../fakes/provider.mjs';
import { keyConnection, oauthConnection, startScene } from '../lib/scenes.mjs';
import { send } from '../lib/http.mjs';
import { World } from '../lib/world.mjs';
import { makeDataDir, runTenon, startTenon } from '../lib/tenon.mjs';

// Everything that a test starts ends with it, however it goes.
const toStop = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).reverse()) await stop();
});
const newFolder = () => {
  const folder = makeDataDir();
  toStop.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
const owned = async (starting) => {
  const thing = await starting;
  toStop.push(() => thing.stop());
  return thing;
};

test('a start prints where it listens and a one-time set-up link', async () => {
  const tenon = await owned(startTenon());
  assert.match(tenon.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.ok(tenon.setupToken.length >= 32);
  assert.equal((await send(`${tenon.origin}/setup/${tenon.setupToken}`)).status, 200);
  const world = await World.setUp(tenon);
  const again = await send(`${tenon.origin}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: tenon.origin },
    body: JSON.stringify({
      token: tenon.setupToken,
      email: 'other@example.com',
      password: 'another long password',
      projectName: 'Second',
    }),
  });
  assert.ok(again.status >= 400 && again.status < 500, `the link worked twice: ${again.status}`);
  assert.equal((await world.api('GET', '/integrations')).status, 200);
  const exit = await tenon.stop();
  assert.deepEqual(exit, { code: 0, signal: null });
});

test('SIGTERM: not ready at once, running calls finish, then it ends with 0', async () => {
  const scene = await owned(startScene());
  const { keys, user } = await keyConnection(scene);
  const running = await user.proxy(keys, '/held/drain', { raw: true, stream: true });
  const held = scene.provider.api.held.get('drain');
  held.write('before ');
  scene.world.tenon.signal('SIGTERM');
  const deadline = Date.now() + 2_000;
  while ((await scene.world.tenon.isReady()) && Date.now() < deadline) await delay(10);
  assert.equal(await scene.world.tenon.isReady(), false, 'still ready after SIGTERM');
  held.end('after');
  let text = '';
  for await (const chunk of running.response) text += chunk;
  assert.equal(text, 'before after');
  const started = Date.now();
  assert.deepEqual(await scene.world.tenon.exited(), { code: 0, signal: null });
  assert.ok(Date.now() - started < 5_000, 'it hung after the last call had ended');
});

test('a second SIGTERM or the drain limit ends it even with a call open', async () => {
  const scene = await owned(startScene({ flags: ['--drain-timeout', '1s'] }));
  const { keys, user } = await keyConnection(scene);
  const running = await user.proxy(keys, '/held/forever', { raw: true, stream: true });
  running.response.on('error', () => {});
  const started = Date.now();
  scene.world.tenon.signal('SIGTERM');
  await scene.world.tenon.exited();
  assert.ok(Date.now() - started < 10_000);
});

test('after kill -9 everything acknowledged is there, and calls go on', async () => {
  const data = newFolder();
  const provider = await owned(startProvider());
  let tenon = await owned(startTenon({ dataDir: data, allowEgress: [provider.host] }));
  const { origin } = tenon;
  const world = await World.setUp(tenon);
  const scene = { provider, world };
  const { crm, user } = await oauthConnection(scene);
  const made = [];
  for (let index = 0; index < 30; index += 1) {
    const integration = await world.api('POST', '/integrations', {
      name: `Acknowledged ${index}`,
    });
    made.push(integration.json().id);
  }
  await tenon.kill();
  tenon = await owned(
    startTenon({ dataDir: data, allowEgress: [provider.host], listen: new URL(origin).host }),
  );
  world.tenon = tenon;
  for (const id of made) assert.equal((await world.api('GET', `/integrations/${id}`)).status, 200);
  assert.equal((await user.proxy(crm, '/contacts')).status, 200);
});

test('killed in mid-refresh, the connection lives or says "reconnect"; the old token is tried once', async () => {
  const data = newFolder();
  const provider = await owned(startProvider());
  let tenon = await owned(startTenon({ dataDir: data, allowEgress: [provider.host] }));
  const { origin } = tenon;
  const world = await World.setUp(tenon);
  const { crm, user, credential } = await oauthConnection({ provider, world });
  provider.forgetAccessTokens();
  provider.tokenCalls.length = 0;
  provider.switches.holdTokenAnswer = true; // the refresh token is spent, the answer never arrives
  const lost = user.proxy(crm, '/contacts').catch(() => {});
  while (provider.tokenCalls[0]?.status === undefined) await delay(5);
  await tenon.kill();
  await lost;
  provider.switches.holdTokenAnswer = false;
  provider.forgetAccessTokens();
  tenon = await owned(
    startTenon({ dataDir: data, allowEgress: [provider.host], listen: new URL(origin).host }),
  );
  world.tenon = tenon;
  provider.tokenCalls.length = 0;
  for (let round = 0; round < 5; round += 1) {
    const answer = await user.proxy(crm, '/contacts');
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.json().code, 'credential.invalid');
  }
  assert.ok(
    provider.tokenCalls.length <= 1,
    `${provider.tokenCalls.length} tries with a spent token`,
  );
  assert.equal((await user.sdkJson('GET', `/credentials/${credential.id}`)).status, 'INVALID');
});

test('a wrong master key stops the start with a clear sentence and leaves the data alone', async () => {
  const data = newFolder();
  const tenon = await owned(startTenon({ dataDir: data }));
  await World.setUp(tenon);
  await tenon.stop();
  const keyFile = readdirSync(data)
    .map((name) => join(data, name))
    .find((name) => /key/.test(name));
  const right = readFileSync(keyFile, 'utf8');
  // Another install's key file, then none at all.
  const other = newFolder();
  await (await owned(startTenon({ dataDir: other }))).stop();
  const otherKey = readdirSync(other)
    .map((name) => join(other, name))
    .find((name) => /key/.test(name));
  writeFileSync(keyFile, readFileSync(otherKey), { mode: 0o600 });
  const wrong = await runTenon(['serve', '--listen', '127.0.0.1:0', '--data', data]);
  assert.notEqual(wrong.code, 0);
  assert.match(wrong.stdout + wrong.stderr, /master key/i);
  rmSync(keyFile);
  const missing = await runTenon(['serve', '--listen', '127.0.0.1:0', '--data', data]);
  assert.notEqual(missing.code, 0, 'a lost key must not be replaced by a new one silently');
  assert.ok(missing.stderr.includes(keyFile), missing.stderr);
  assert.match(missing.stderr, /restore that file from its backup/i);
  assert.equal(existsSync(keyFile), false, 'a new key file was made');
  const doctor = await runTenon(['doctor', '--data', data]);
  assert.equal(doctor.code, 1);
  assert.match(doctor.stdout, /MEND.*key file .* is missing/);
  writeFileSync(keyFile, right, { mode: 0o600 });
  const again = await owned(startTenon({ dataDir: data }));
  assert.deepEqual(await again.stop(), { code: 0, signal: null });
});

const keyIdsOf = (data) =>
  JSON.parse(readFileSync(join(data, 'master-keys.json'), 'utf8')).keys.map((key) => key.id);

test('`keys rotate` works while the server runs, and after a restart', async () => {
  const data = newFolder();
  const provider = await owned(startProvider());
  let tenon = await owned(startTenon({ dataDir: data, allowEgress: [provider.host] }));
  const world = await World.setUp(tenon);
  const { crm, user } = await oauthConnection({ provider, world });
  const [first] = keyIdsOf(data);
  let stop = false;
  const failures = [];
  const load = (async () => {
    while (!stop) {
      const answer = await user.proxy(crm, '/contacts');
      if (answer.status !== 200) failures.push(answer.text);
    }
  })();

  const rotated = await runTenon(['keys', 'rotate', '--data', data]);
  assert.equal(rotated.code, 0, rotated.stderr);
  assert.match(rotated.stdout, /1 data keys were rewrapped/);
  const [, second] = keyIdsOf(data);
  assert.deepEqual(keyIdsOf(data), [first, second]);
  const retired = await runTenon(['keys', 'rotate', '--retire-old', '--data', data]);
  assert.equal(retired.code, 0, retired.stderr);
  assert.match(retired.stdout, new RegExp(`Retired: .*${first}`));
  assert.equal(keyIdsOf(data).length, 1);
  assert.ok(!keyIdsOf(data).includes(second));
  // New values are sealed, and projects made, with the new keys at once.
  const other = await world.otherProject('After the rotation');
  await keyConnection({ provider, world: other });
  await world.asDeveloper('PUT', '/secrets/AFTER_ROTATION', { value: 'planted after rotation' });
  stop = true;
  await load;
  assert.deepEqual(failures, []);
  const { origin } = tenon;
  assert.deepEqual(await tenon.stop(), { code: 0, signal: null });

  tenon = await owned(
    startTenon({ dataDir: data, allowEgress: [provider.host], listen: new URL(origin).host }),
  );
  world.tenon = tenon;
  assert.equal((await user.proxy(crm, '/contacts')).status, 200);
});

test('`keys rotate` with keys from TENON_MASTER_KEYS rewraps under the last of them', async () => {
  const data = newFolder();
  const provider = await owned(startProvider());
  const key = (id) => ({ id, key: randomBytes(32).toString('base64') });
  const [before, after] = [key('before'), key('after')];
  const variable = (...keys) => ({ TENON_MASTER_KEYS: JSON.stringify({ keys }) });
  const start = (env, listen) =>
    owned(startTenon({ dataDir: data, allowEgress: [provider.host], env, listen }));
  let tenon = await start(variable(before));
  const listen = new URL(tenon.origin).host;
  const world = await World.setUp(tenon);
  const { keys, user } = await keyConnection({ provider, world });
  await tenon.stop();

  tenon = await start(variable(before, after), listen);
  world.tenon = tenon;
  const running = await runTenon(['keys', 'rotate', '--data', data], {
    env: variable(before, after),
  });
  assert.equal(running.code, 0, running.stderr);
  assert.match(running.stdout, /Master key after is current; 1 data keys were rewrapped/);
  assert.equal((await user.proxy(keys, '/echo')).status, 200);
  await tenon.stop();
  const stopped = await runTenon(['keys', 'rotate', '--data', data], {
    env: variable(before, after),
  });
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.match(stopped.stdout, /0 data keys were rewrapped/);

  world.tenon = await start(variable(after), listen); // the old key is needed no more
  assert.equal((await user.proxy(keys, '/echo')).status, 200);
  assert.equal(existsSync(join(data, 'master-keys.json')), false);
});

test('one data folder has one owner', async () => {
  const tenon = await owned(startTenon());
  const second = await runTenon(['serve', '--listen', '127.0.0.1:0', '--data', tenon.data]);
  assert.notEqual(second.code, 0);
  assert.match(second.stdout + second.stderr, /in use|another|owner|lock/i);
  await tenon.stop();
});

test('help, version and doctor explain themselves', async () => {
  const help = await runTenon(['serve', '--help']);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--listen/);
  assert.match(help.stdout, /TENON_LISTEN/);
  assert.match((await runTenon(['--version'])).stdout, /^tenon \d+\.\d+/);
  const doctor = await runTenon(['doctor', '--data', newFolder()]);
  assert.ok(doctor.stdout.length + doctor.stderr.length > 50);
  const unknown = await runTenon(['serve', '--no-such-flag']);
  assert.notEqual(unknown.code, 0);
  assert.match(unknown.stdout + unknown.stderr, /no-such-flag/);
});

test('wrong settings are refused by name', async () => {
  for (const [flag, value] of [
    ['--listen', 'nowhere'],
    ['--workers', '-1'],
    ['--log-level', 'loud'],
    ['--public-url', 'ftp://x'],
    ['--allow-egress', 'no-port'],
    ['--drain-timeout', 'soon'],
  ]) {
    const result = await runTenon(['serve', '--data', newFolder(), flag, value]);
    assert.notEqual(result.code, 0, flag);
    assert.match(result.stdout + result.stderr, new RegExp(flag.slice(2)), flag);
  }
});
