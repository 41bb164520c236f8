// Developers' sign-in: sessions, the defence against forged requests, throttling, roles, API keys.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { TestClock } from '../lib/clock.mjs';
import { givenTenon } from '../lib/world.mjs';
import { Visitor, send } from '../lib/http.mjs';

let clock;
let world;
before(async () => {
  clock = new TestClock();
  world = await givenTenon({ env: clock.env });
});
after(async () => {
  await world?.stop();
  clock?.stop();
});

const signIn = (visitor, email, password, headers = {}) =>
  visitor.send(`${world.origin}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: world.origin, ...headers },
    body: JSON.stringify({ email, password }),
  });

test('signing in sets a cookie that scripts cannot read, and signing out ends it', async () => {
  const visitor = new Visitor();
  const answer = await signIn(visitor, 'admin@example.com', world.password);
  assert.equal(answer.status, 200, answer.text);
  const cookie = answer.headers['set-cookie'].join('\n');
  assert.match(cookie, /HttpOnly/i);
  assert.match(cookie, /SameSite=(Lax|Strict)/i);
  const { csrfToken, account } = (await visitor.send(`${world.origin}/api/v1/session`)).json();
  assert.equal(account.email, 'admin@example.com');
  const out = await visitor.send(`${world.origin}/api/v1/session`, {
    method: 'DELETE',
    headers: { 'x-tenon-csrf': csrfToken, origin: world.origin },
  });
  assert.equal(out.status, 204);
  assert.equal((await visitor.send(`${world.origin}/api/v1/session`)).status, 401);
});

test('a change without the token or from another origin is refused', async () => {
  const { visitor, csrfToken } = world;
  const change = (headers) =>
    visitor.send(world.projectUrl('/api-keys'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"name":"forged"}',
    });
  for (const headers of [
    { origin: world.origin },
    { origin: world.origin, 'x-tenon-csrf': 'wrong' },
    { origin: 'https://evil.example.com', 'x-tenon-csrf': csrfToken },
    { 'x-tenon-csrf': csrfToken },
    { origin: 'null', 'x-tenon-csrf': csrfToken },
  ]) {
    const answer = await change(headers);
    assert.equal(answer.status, 403, JSON.stringify(headers));
    assert.equal(answer.json().code, 'auth.csrf');
  }
  const keys = await world.asDeveloper('GET', '/api-keys');
  assert.ok(!keys.items.some((key) => key.name === 'forged'));
});

// Bodies that pass the contract, where one is required; any other operation takes none.
const bodies = {
  applyIntegrations: { documents: [{ name: 'Forged' }] },
  changePassword: { currentPassword: 'a long enough password', newPassword: 'forged password' },
  createProject: { name: 'Forged' },
  changeMember: { role: 'admin' },
  createInvitation: { email: 'forged@example.com', role: 'admin' },
  createApiKey: { name: 'Forged' },
  updateUser: { metadata: { forged: true } },
  createTryOutToken: { userId: 'forged' },
  createConnectLink: { integration: 'forged', userId: 'forged' },
  updateProject: { name: 'Forged' },
  putSecret: { value: 'forged' },
  createIntegration: { name: 'Forged' },
  updateIntegration: { name: 'Forged' },
  setIntegrationStatus: { status: 'active' },
};

test('no change of the contract can be forged with a cookie alone', async () => {
  const contract = (await send(`${world.origin}/openapi.json`)).json();
  const changes = Object.entries(contract.paths)
    .filter(([path]) => path.startsWith('/api/v1/'))
    .flatMap(([path, item]) =>
      ['post', 'put', 'patch', 'delete']
        .filter((verb) => item[verb])
        .map((verb) => ({ path, verb, ...item[verb] })),
    )
    // Those that need no session are refused by their origin alone, in the next test.
    .filter(({ path }) => !/\/(setup|session|invitations\/(accept|inspect))$/.test(path));
  assert.ok(changes.length >= 20, `${changes.length} operations`);
  for (const { path, verb, operationId, requestBody } of changes) {
    const url = path
      .replace('{projectId}', world.projectId)
      .replace('{secretName}', 'FORGED')
      .replaceAll(/\{\w+\}/g, () => randomUUID());
    const isYaml = requestBody?.content && !requestBody.content['application/json'];
    const answer = await world.visitor.send(world.origin + url, {
      method: verb.toUpperCase(),
      headers: {
        ...(requestBody
          ? { 'content-type': isYaml ? 'application/yaml' : 'application/json' }
          : {}),
        origin: 'https://evil.example.com',
      },
      body: requestBody && (isYaml ? 'name: Forged' : JSON.stringify(bodies[operationId] ?? {})),
    });
    const hint = answer.status === 400 ? ' (needs an entry in `bodies`)' : '';
    assert.equal(answer.status, 403, `${operationId}${hint}: ${answer.status} ${answer.text}`);
    assert.equal(answer.json().code, 'auth.csrf', operationId);
  }
  assert.deepEqual((await world.api('GET', '/integrations')).json().items ?? [], []);
});

test('a form of another site cannot sign a browser in', async () => {
  const answer = await signIn(new Visitor(), 'admin@example.com', world.password, {
    origin: 'https://evil.example.com',
  });
  assert.equal(answer.status, 403, answer.text);
});

test('roles: support looks, members edit, administrators manage', async () => {
  const support = await world.invite('support');
  const member = await world.invite('member');
  const cases = [
    ['GET', '/integrations', undefined, 200, 200],
    ['POST', '/integrations', { name: 'By role' }, 403, 201],
    ['GET', '/users', undefined, 200, 200],
    ['GET', '/audit-log', undefined, 403, 403],
    ['POST', '/api-keys', { name: 'x' }, 403, 403],
    ['GET', '/secrets', undefined, 403, 200],
    ['PUT', '/secrets/BY_ROLE', { value: 'x' }, 403, 403],
    ['DELETE', '/secrets/BY_ROLE', undefined, 403, 403],
    ['POST', '/signing-keys', undefined, 403, 403],
    ['POST', '/invitations', { email: 'x@example.com', role: 'admin' }, 403, 403],
  ];
  for (const [method, path, json, supportStatus, memberStatus] of cases) {
    assert.equal(
      (await world.asMember(support, method, path, json)).status,
      supportStatus,
      `support ${method} ${path}`,
    );
    assert.equal(
      (await world.asMember(member, method, path, json)).status,
      memberStatus,
      `member ${method} ${path}`,
    );
  }
});

test('an API key is shown once, acts as a member, and ends when revoked', async () => {
  const made = await world.asDeveloper('POST', '/api-keys', { name: 'once' });
  const listed = await world.asDeveloper('GET', '/api-keys');
  assert.ok(!JSON.stringify(listed).includes(made.key));
  const call = (path) =>
    send(world.projectUrl(path), { headers: { authorization: `Bearer ${made.key}` } });
  assert.equal((await call('/integrations')).status, 200);
  assert.equal((await call('/audit-log')).status, 403);
  assert.equal((await call('/secrets')).status, 200);
  const put = await send(world.projectUrl('/secrets/BY_KEY'), {
    method: 'PUT',
    headers: { authorization: `Bearer ${made.key}`, 'content-type': 'application/json' },
    body: '{"value":"x"}',
  });
  assert.equal(put.status, 403);
  await world.asDeveloper('DELETE', `/api-keys/${made.id}`);
  assert.equal((await call('/integrations')).status, 401);
});

test('the last administrator stays', async () => {
  const { items } = await world.asDeveloper('GET', '/members');
  const me = items.find((member) => member.email === 'admin@example.com');
  const demoted = await world.asMember(world, 'PATCH', `/members/${me.accountId}`, {
    role: 'support',
  });
  assert.equal(demoted.status, 409, demoted.text);
});

test('short passwords are refused by name', async () => {
  const { token } = await world.asDeveloper('POST', '/invitations', {
    email: 'short@example.com',
    role: 'member',
  });
  const answer = await send(`${world.origin}/api/v1/invitations/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: world.origin },
    body: JSON.stringify({ token, password: 'short' }),
  });
  assert.equal(answer.status, 400, answer.text);
  assert.match(answer.text, /password/);
});

// Signs in wrongly as somebody else each time, so that only the address is counted.
async function guessFrom(origin, forwardedFor, rounds) {
  const statuses = [];
  for (let round = 0; round < rounds; round += 1) {
    const answer = await send(`${origin}/api/v1/session`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin,
        'x-forwarded-for': forwardedFor(round),
      },
      body: JSON.stringify({ email: `nobody-${round}@example.com`, password: 'wrong password' }),
    });
    statuses.push(answer.status);
  }
  return statuses;
}

test('behind a trusted proxy the throttle and the audit log count the caller, not the proxy', async () => {
  const proxied = await givenTenon({ flags: ['--trusted-proxy', '127.0.0.0/8'] });
  try {
    const guesses = 52; // two more than an address may make
    const one = await guessFrom(
      proxied.origin,
      (round) => `203.0.113.${round}, 198.51.100.7`, // the left one is what the client claims
      guesses,
    );
    assert.equal(one.at(0), 401);
    assert.equal(one.at(-1), 429);
    const other = await guessFrom(proxied.origin, () => '198.51.100.8', 1);
    assert.deepEqual(other, [401], 'another caller pays for the first one');
    await send(proxied.projectUrl('/integrations'), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${proxied.apiKey}`,
        'content-type': 'application/json',
        'x-forwarded-for': '198.51.100.9',
      },
      body: JSON.stringify({ name: 'Audited' }),
    });
    const { items } = await proxied.asDeveloper('GET', '/audit-log?limit=5');
    assert.equal(
      items.find((event) => event.action === 'integration.created').actor.address,
      '198.51.100.9',
    );
  } finally {
    await proxied.stop();
  }
});

test('without a trusted proxy X-Forwarded-For changes nothing', async () => {
  const direct = await givenTenon();
  try {
    const statuses = await guessFrom(direct.origin, (round) => `198.51.100.${round}`, 52);
    assert.equal(statuses.at(-1), 429, 'a header led around the throttle');
  } finally {
    await direct.stop();
  }
});

test('guessing is throttled, and tells nothing about who has an account', async () => {
  const colleague = await world.invite('member');
  const known = await signIn(new Visitor(), 'admin@example.com', 'a wrong password 0');
  const unknown = await signIn(new Visitor(), 'nobody@example.com', 'a wrong password 0');
  const plain = (answer) => answer.text.replaceAll(/"requestId":"[^"]*"/g, '');
  assert.deepEqual([known.status, plain(known)], [unknown.status, plain(unknown)]);
  // The account that is not there is throttled as the one that is, whoever the caller says to be.
  const throttled = {};
  for (const email of ['admin@example.com', 'nobody@example.com']) {
    for (let round = 1; round < 30 && !throttled[email]; round += 1) {
      const answer = await signIn(new Visitor(), email, `a wrong password ${round}`, {
        'x-forwarded-for': `192.0.2.${round}`,
      });
      if (answer.status === 429) throttled[email] = { round, ...answer };
      else assert.equal(answer.status, 401);
    }
    assert.ok(throttled[email], `thirty guesses at ${email} were let through`);
    assert.equal(throttled[email].json().code, 'auth.throttled');
    assert.ok(Number(throttled[email].headers['retry-after']) > 0);
  }
  const [first, second] = Object.values(throttled);
  assert.equal(first.round, second.round);
  // The right password does not help meanwhile; others are not locked out with it.
  const right = await signIn(new Visitor(), 'admin@example.com', world.password);
  assert.equal(right.status, 429, right.text);
  assert.equal((await signIn(new Visitor(), colleague.email, world.password)).status, 200);
  clock.advance({ seconds: Number(right.headers['retry-after']) + 1 });
  assert.equal((await signIn(new Visitor(), 'admin@example.com', world.password)).status, 200);
});
