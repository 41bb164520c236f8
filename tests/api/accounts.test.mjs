// Developers' sign-in: sessions, the defence against forged requests, throttling, roles, API keys.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { givenTenon } from '../lib/world.mjs';
import { Visitor, send } from '../lib/http.mjs';

let world;
before(async () => {
  world = await givenTenon();
});
after(() => world?.stop());

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

test('guessing is throttled, and tells nothing about who has an account', async () => {
  const known = await signIn(new Visitor(), 'admin@example.com', 'a wrong password 0');
  const unknown = await signIn(new Visitor(), 'nobody@example.com', 'a wrong password 0');
  const plain = (answer) => answer.text.replaceAll(/"requestId":"[^"]*"/g, '');
  assert.deepEqual([known.status, plain(known)], [unknown.status, plain(unknown)]);
  let throttled;
  for (let round = 1; round < 60 && !throttled; round += 1) {
    const answer = await signIn(new Visitor(), 'admin@example.com', `a wrong password ${round}`);
    if (answer.status === 429) throttled = answer;
    else assert.equal(answer.status, 401);
  }
  assert.ok(throttled, 'sixty guesses were let through');
  assert.equal(throttled.json().code, 'auth.throttled');
  assert.ok(Number(throttled.headers['retry-after']) > 0);
});
