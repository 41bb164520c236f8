// Planted secrets are searched for in everything Tenon writes or says: log at debug level,
// database files, answers, errors, metrics, the process's command line. In the clear and in the
// forms they tend to travel in.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { send } from '../lib/http.mjs';
import { oauthConnection, startScene } from '../lib/scenes.mjs';
import { apiKeyDefinition } from '../lib/world.mjs';

const planted = {
  apiKey: 'planted-api-key-7f3a9c/+&= 51',
  environment: 'planted-environment-secret-b1946ac9',
  clientSecret: 'planted-client-secret-2c26b46b',
  password: 'planted-password-fcde2b2e',
  wrongKey: 'planted-wrong-key-486ea462',
  queryToken: 'planted-query-token-9b74c989',
};
const heard = []; // every answer that any request of this file got

let scene;
let world;

before(async () => {
  scene = await startScene({ flags: ['--log-level', 'debug'] });
  world = scene.world;
});
after(() => scene?.stop());

// The forms in which a secret is recognisable.
function formsOf(secret) {
  const bytes = Buffer.from(secret);
  const inner = (offset) => {
    // base64 of the secret inside other text, by its position in the triplet
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return text.slice(offset === 0 ? 0 : 4, -4);
  };
  return new Set([
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    inner(1),
    inner(2),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    new URLSearchParams({ a: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    [...secret].reverse().join(''),
    bytes.toString('utf16le'),
    createHash('md5').update(secret).digest('hex'),
  ]);
}

function findIn(haystack, secrets, where) {
  const found = [];
  for (const [name, secret] of Object.entries(secrets)) {
    for (const form of formsOf(secret)) {
      if (haystack.includes(Buffer.from(form)))
        found.push(`${name} as ${form.slice(0, 24)} in ${where}`);
    }
  }
  return found;
}

function* filesBelow(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const what = statSync(path);
    if (what.isDirectory()) yield* filesBelow(path);
    else if (what.isFile()) yield path; // a socket holds nothing
  }
}

const tokens = {}; // provider tokens and one-time things, learned on the way

test('the search itself finds what is planted', () => {
  for (const form of formsOf(planted.apiKey)) {
    assert.notDeepEqual(findIn(Buffer.from(`x${form}y`), planted, 'here'), [], form);
  }
  assert.deepEqual(findIn(Buffer.from('nothing'), planted, 'here'), []);
  assert.ok(gzipSync('x').length > 0);
});

test('a busy day with secrets everywhere', async () => {
  const keep = (answer) => {
    heard.push(answer);
    return answer;
  };
  keep(await world.asMember(world, 'PUT', '/secrets/PARTNER_KEY', { value: planted.environment }));
  const { crm, user, client } = await oauthConnection(scene);
  Object.assign(tokens, {
    userToken: user.token,
    oauthClientSecret: client.clientSecret,
    adminApiKey: world.apiKey,
  });
  const grant = scene.provider.tokenCalls.find((call) => call.answer?.access_token);
  Object.assign(tokens, {
    accessToken: grant.answer.access_token,
    refreshToken: grant.answer.refresh_token,
  });
  keep(await user.proxy(crm, '/contacts'));
  keep(await user.sdk('GET', '/me'));
  keep(await user.sdk('GET', '/credentials'));
  keep(await user.sdk('GET', '/integrations'));

  const keyed = await world.integration(
    apiKeyDefinition(scene.provider, {
      name: 'Planted',
      api: {
        headers: { 'X-Partner': '{{ secrets.PARTNER_KEY }}' },
      },
    }),
  );
  keep(await user.connectWithFields(keyed, { api_key: planted.apiKey }));
  for (const path of ['/status/500', '/status/404', '/empty', '/hang-not-there'])
    keep(await user.proxy(keyed, path));

  const tested = await world.integration(
    apiKeyDefinition(scene.provider, {
      name: 'Planted, tested',
      api: { testEndpoint: { path: '/contacts' } },
    }),
  );
  keep(await user.connectWithFields(tested, { api_key: planted.wrongKey }));
  keep(
    await world.api('PUT', `/integrations/${crm.id}`, {
      ...crm.definition,
      authentication: {
        ...crm.definition.authentication,
        clientSecret: planted.clientSecret,
      },
    }),
  );
  keep(await world.api('GET', `/integrations/${crm.id}`));
  keep(await world.api('GET', '/integrations/export'));
  keep(await world.asMember(world, 'GET', '/audit-log?limit=200'));
  keep(await world.asMember(world, 'GET', '/secrets'));
  keep(await world.asMember(world, 'GET', '/api-keys'));
  keep(await world.api('GET', '/users'));

  keep(
    await send(`${world.origin}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'admin@example.com', password: planted.password }),
    }),
  );
  keep(await send(`${user.sdkUrl('/me')}?userToken=${planted.queryToken}`));
  keep(
    await send(
      `${world.origin}/oauth/${crm.id}?code=${planted.queryToken}&state=${planted.queryToken}`,
    ),
  );
  keep(
    await send(user.sdkUrl('/me'), { headers: { authorization: `Bearer ${planted.queryToken}` } }),
  );
  keep(
    await world.api('POST', '/integrations', {
      name: 7,
      authentication: {
        method: 'oauth',
        clientSecret: planted.clientSecret,
        unknown: planted.clientSecret,
      },
    }),
  );
  scene.provider.forgetAccessTokens();
  scene.provider.switches.tokenError = 'invalid_grant';
  keep(await user.proxy(crm, '/contacts'));
});

test('none of it is in the log', () => {
  assert.deepEqual(
    findIn(
      Buffer.from(world.tenon.output()),
      { ...planted, ...tokens, adminPassword: world.password },
      'the log',
    ),
    [],
  );
  assert.ok(world.tenon.logLines().length > 10, 'there was a log to search');
});

test('none of it is in the data folder', () => {
  const found = [];
  for (const file of filesBelow(world.tenon.data)) {
    found.push(
      ...findIn(
        readFileSync(file),
        { ...planted, ...tokens, adminPassword: world.password },
        file,
      ),
    );
  }
  assert.deepEqual(found, []);
});

test('none of it is in answers, errors or metrics', async () => {
  heard.push(await send(`${world.origin}/metrics`));
  // A cookie or a new key is shown to the one who made it; nothing planted ever is.
  const found = heard.flatMap((answer) =>
    findIn(
      Buffer.concat([Buffer.from(answer.rawHeaders.join('\n')), answer.body]),
      {
        ...planted,
        accessToken: tokens.accessToken,
        refreshToken: tokens.refreshToken,
        oauthClientSecret: tokens.oauthClientSecret,
        adminApiKey: tokens.adminApiKey,
      },
      answer.text.slice(0, 80),
    ),
  );
  assert.deepEqual(found, []);
});

test('none of it is on the command line, and the key file is private', () => {
  assert.deepEqual(
    findIn(Buffer.from(world.tenon.commandLine()), planted, 'the command line'),
    [],
  );
  for (const file of filesBelow(world.tenon.data)) {
    if (/key/.test(file))
      assert.equal(statSync(file).mode & 0o077, 0, `${file} can be read by others`);
  }
});
