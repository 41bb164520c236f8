// Six integrations of examples/integrations/, each against a fake that behaves as that provider
// documents: GitHub, Slack, Google, Zendesk, SendGrid, bill.com.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startBillcom } from '../fakes/billcom.mjs';
import { startGithub } from '../fakes/github.mjs';
import { startGoogle } from '../fakes/google.mjs';
import { startSendgrid } from '../fakes/sendgrid.mjs';
import { startSlack } from '../fakes/slack.mjs';
import { startZendesk } from '../fakes/zendesk.mjs';
import { appliedExample, connectExample } from '../lib/provider-examples.mjs';
import { approveAtOnce, givenTenon } from '../lib/world.mjs';

let fakes;
let world;

before(async () => {
  fakes = {
    github: await startGithub(),
    slack: await startSlack(),
    google: await startGoogle(),
    zendesk: await startZendesk(),
    sendgrid: await startSendgrid(),
    billcom: await startBillcom(),
  };
  world = await givenTenon({ allowEgress: Object.values(fakes).map((fake) => fake.host) });
});
after(async () => {
  await world?.stop();
  await Promise.all(Object.values(fakes ?? {}).map((fake) => fake.stop()));
});

const setSecret = (name, value) => world.asDeveloper('PUT', `/secrets/${name}`, { value });
const applied = (name, fake) => appliedExample(world, name, fake);
const connect = connectExample;
const authorizeQuery = (fake) =>
  new URL(
    fake.requests.find(
      (request) => request.method === 'GET' && /auth/.test(request.target),
    ).target,
    fake.origin,
  ).searchParams;

test('GitHub: token errors with status 200, ETag and Link pass, User-Agent is sent', async () => {
  const fake = fakes.github;
  const github = await applied('github', fake);
  const user = world.user('octo');
  const credential = await connect(user, github);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerId, '583231');
  assert.equal(credential.providerData.login, 'octocat');
  const me = await user.proxy(github, '/user', { raw: true });
  assert.equal(me.status, 200, me.text);
  assert.equal(me.headers.etag, '"8f2d-octocat"');
  assert.equal(
    (
      await user.proxy(github, '/user', {
        raw: true,
        headers: { 'if-none-match': me.headers.etag },
      })
    ).status,
    304,
  );
  assert.match(
    (await user.proxy(github, '/user/repos', { raw: true })).headers.link,
    /rel="next"/,
  );
  const issue = await user.proxy(github, '/repos/a/b/issues', {
    method: 'POST',
    body: '{"title":"Hi"}',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(issue.json().output.number, 1347);
});

test('GitHub: an error inside a 200 answer of the token endpoint connects nothing', async () => {
  const github = (await world.apiJson('GET', '/integrations?search=github')).items[0];
  await setSecret('GITHUB_CLIENT_SECRET', 'not-the-secret');
  const user = world.user('wrong-octo');
  const begun = await user.beginOauth(github);
  const end = await approveAtOnce(user.browser, begun.redirectUrl);
  assert.ok(end.status >= 400 || !/is connected/.test(end.text), end.text);
  assert.ok(!end.text.includes('not-the-secret'));
  assert.deepEqual(await user.sdkJson('GET', '/credentials'), []);
});

test('Slack: the access token stands at a nested path', async () => {
  const fake = fakes.slack;
  const slack = await applied('slack', fake);
  const user = world.user('sue');
  const credential = await connect(user, slack);
  assert.equal(credential.status, 'VALID');
  assert.ok(credential.providerId, 'no provider id');
  const answer = await user.proxy(slack, '/auth.test', { method: 'POST' });
  assert.equal(answer.json().output.ok, true, answer.text);
  const used = fake.requests.at(-1).headers.authorization;
  assert.match(used, /^Bearer xox[bp]-/);
  const posted = await user.proxy(slack, '/chat.postMessage', {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: '{"channel":"C1","text":"hi"}',
  });
  assert.equal(posted.json().output.ts, '1503435956.000247');
});

test('Google: offline access, a refresh that keeps its refresh token, revocation', async () => {
  const fake = fakes.google;
  const google = await applied('google', fake);
  const user = world.user('gus');
  const credential = await connect(user, google);
  assert.equal(credential.status, 'VALID');
  assert.equal(authorizeQuery(fake).get('access_type'), 'offline');
  assert.equal(fake.grants.refreshTokens.size, 1);
  const call = () => user.proxy(google, '/oauth2/v3/userinfo');
  assert.equal((await call()).json().output?.email, 'ada@example.com');
  for (let round = 0; round < 3; round += 1) {
    fake.expireAccessTokens();
    assert.equal((await call()).status, 200, `round ${round}`);
  }
  await user.sdk('DELETE', `/integrations/${google.id}`);
  assert.equal(fake.grants.refreshTokens.size, 0, 'the grant was not revoked');
});

test('Zendesk: the subdomain stands in every URL', async () => {
  const fake = fakes.zendesk;
  const zendesk = await applied('zendesk', fake);
  const user = world.user('zoe');
  const [field] = (await world.apiJson('GET', `/integrations/${zendesk.id}`)).definition
    .authentication.inputFields;
  const credential = await connect(user, zendesk, { [field.id]: fake.subdomain });
  assert.equal(credential.status, 'VALID');
  const tickets = await user.proxy(zendesk, '/api/v2/tickets.json');
  const answer = tickets.status === 404 ? await user.proxy(zendesk, '/tickets.json') : tickets;
  assert.equal(answer.json().output.tickets[0].subject, 'Hello', answer.text);
  const begun = await world
    .user('zed')
    .beginOauth(zendesk, { fields: { [field.id]: 'evil.example.com/x?' } });
  assert.equal(begun.redirectUrl, undefined, begun.redirectUrl);
});

test('SendGrid: bearer key, tested when connecting', async () => {
  const fake = fakes.sendgrid;
  const sendgrid = await applied('sendgrid', fake);
  const [field] = (await world.apiJson('GET', `/integrations/${sendgrid.id}`)).definition
    .authentication.inputFields;
  const user = world.user('sam');
  const refused = await user.connectWithFields(sendgrid, {
    [field.id]: 'SG.wrong.key-0123456789',
  });
  assert.equal(refused.json().code, '7003', refused.text);
  await user.connectedWithFields(sendgrid, { [field.id]: fake.apiKey });
  const path = sendgrid.definition.api.baseUrl.endsWith('/v3') ? '' : '/v3';
  const sent = await user.proxy(sendgrid, `${path}/mail/send`, {
    method: 'POST',
    raw: true,
    headers: { 'content-type': 'application/json' },
    body: '{"personalizations":[{"to":[{"email":"a@b.c"}]}]}',
  });
  assert.equal(sent.status, 202, sent.text);
  assert.ok(sent.headers['x-message-id']);
  const wrong = await user.proxy(sendgrid, `${path}/mail/send`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(wrong.status, 400);
  assert.match(JSON.stringify(wrong.json().meta), /personalizations/);
});

test('bill.com: a custom token request, its session in a header, a new session when it has ended', async () => {
  const fake = fakes.billcom;
  const billcom = await applied('billcom', fake);
  const { authentication } = (await world.apiJson('GET', `/integrations/${billcom.id}`))
    .definition;
  const user = world.user('bill');
  const fields = { username: fake.username, password: fake.password, apiKey: fake.devKey };
  for (const field of authentication.inputFields ?? []) {
    fields[field.id] = /org/i.test(field.id) ? fake.organizationId : fake.devKey;
  }
  const wrong = await user.connectWithFields(billcom, {
    ...fields,
    password: 'wrong-billcom-password',
  });
  assert.ok(wrong.status >= 400 && wrong.status < 500, wrong.text);
  assert.ok(!wrong.text.includes('wrong-billcom-password'));
  const credential = await user.connectedWithFields(billcom, fields);
  assert.equal(credential.status, 'VALID');
  const path = /\/v3\/?$/.test(billcom.definition.api.baseUrl)
    ? '/vendors'
    : '/connect/v3/vendors';
  const vendors = await user.proxy(billcom, path);
  assert.equal(vendors.json().output.results[0].name, 'Paper Company', vendors.text);
  fake.endSessions();
  const again = await user.proxy(billcom, path);
  assert.equal(again.status, 200, again.text);
});
