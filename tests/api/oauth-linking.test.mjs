// The published attacks on this class of product (COAT, CORF, COSF), and state and code that are
// guessed or replayed.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { startProvider } from '../fakes/provider.mjs';
import { Visitor } from '../lib/http.mjs';
import { oauthConnection, startScene } from '../lib/scenes.mjs';
import { approveAtOidcProvider, handleOf, oauthDefinition } from '../lib/world.mjs';

let scene;
let world;
let provider;
let evil; // another provider, run by an attacker
let crm;
let client;

before(async () => {
  evil = await startProvider();
  scene = await startScene({ allowEgress: [evil.host] });
  ({ world, provider } = scene);
  ({ crm, client } = await oauthConnection(scene));
});
after(async () => {
  await scene?.stop();
  await evil?.stop();
});

const codeExchanges = (at) =>
  at.tokenCalls.filter((call) => call.grantType === 'authorization_code').length;
const isOurCallback = (url) => url.startsWith(`${world.origin}/oauth/`);

// Lets the provider approve and stops in front of the callback: its address with code and state.
async function approvedCallback(browser, redirectUrl, account = 'ada') {
  const page = await browser.visit(redirectUrl);
  const end = await browser.submit(
    page.url,
    { account, decision: 'allow' },
    { until: isOurCallback },
  );
  assert.ok(end.stoppedAt, end.text);
  return end.stoppedAt;
}

async function credentialsOf(user) {
  return user.sdkJson('GET', '/credentials');
}

test("COAT: a code for the honest integration never reaches another integration's token URL", async () => {
  const evilClient = evil.addClient();
  const evilCrm = await world.integration(
    oauthDefinition(evil, evilClient, {
      name: 'Evil CRM',
      authentication: {
        // The attacker's definition sends the browser to the honest provider with the honest
        // client id …
        authorizationUrl: provider.authorizationUrl,
        clientId: client.clientId,
        accessTokenUrl: evil.tokenUrl,
      },
    }),
  );
  const mallory = world.user('coat-victim');
  const begun = await mallory.beginOauth(evilCrm);
  // … but its redirect URI is its own, which the honest provider does not know.
  assert.equal(new URL(begun.redirectUrl).searchParams.get('redirect_uri'), evilCrm.redirectUrl);
  const page = await mallory.browser.visit(begun.redirectUrl);
  assert.ok(
    !page.text.includes('Made-up CRM'),
    'the honest provider accepted the evil redirect URI',
  );
  // Rewriting the redirect URI to the honest one ends at a callback that is not the flow's.
  const forged = new URL(begun.redirectUrl);
  forged.searchParams.set('redirect_uri', crm.redirectUrl);
  const before = [codeExchanges(evil), codeExchanges(provider)];
  const callback = await approvedCallback(mallory.browser, forged.href);
  const end = await mallory.browser.visit(callback);
  assert.ok(end.status >= 400, `${end.status}`);
  // Nor does moving the code over to the evil callback help.
  const moved = callback.replace(crm.id, evilCrm.id);
  await mallory.browser.visit(moved);
  assert.deepEqual([codeExchanges(evil), codeExchanges(provider)], before);
  assert.deepEqual(await credentialsOf(mallory), []);
});

test("CORF: an attacker's code pushed into a victim's browser connects nothing", async () => {
  const attacker = world.user('corf-attacker');
  const victim = world.user('corf-victim');
  const mine = await attacker.beginOauth(crm);
  const callback = await approvedCallback(attacker.browser, mine.redirectUrl, 'grace');
  for (const prepare of [async () => {}, async () => victim.beginOauth(crm)]) {
    await prepare();
    const before = codeExchanges(provider);
    const end = await victim.browser.visit(callback);
    assert.ok(end.status >= 400, `${end.status} ${end.text}`);
    assert.equal(codeExchanges(provider), before);
  }
  assert.deepEqual(await credentialsOf(victim), []);
  assert.deepEqual(await credentialsOf(attacker), []);
});

test("COSF: a link that mallory began does not connect the victim's account to mallory", async () => {
  const mallory = world.user('cosf-mallory');
  for (const isBusy of [false, true]) {
    const victimBrowser = new Visitor();
    if (isBusy) await world.user('cosf-busy').beginOauth(crm, { browser: victimBrowser });
    const begun = await mallory.beginOauth(crm, { browser: new Visitor() });
    const before = codeExchanges(provider);
    const page = await victimBrowser.visit(begun.redirectUrl);
    await victimBrowser.submit(page.url, { account: 'ada', decision: 'allow' });
    assert.equal(codeExchanges(provider), before, 'the code was exchanged');
    const session = await mallory.sdkJson('GET', `/actions/session-id/${begun.sessionKey}`);
    assert.equal(session.connectCredentialId, undefined);
  }
  assert.deepEqual(await credentialsOf(mallory), []);
});

test("COSF: priming the victim's browser with mallory's token does not help either", async () => {
  const mallory = world.user('cosf-primer');
  const victimBrowser = new Visitor();
  // The victim follows mallory's link to the nonce page; no product page of the project has
  // opened it.
  const begun = await mallory.beginOauth(crm, { browser: victimBrowser, confirm: false });
  const end = await approveAtOidcProvider(victimBrowser, begun.redirectUrl, 'ada');
  const session = await mallory.sdkJson('GET', `/actions/session-id/${begun.sessionKey}`);
  assert.equal(session.connectCredentialId, undefined, 'the flow ended without its opener');
  assert.deepEqual(await credentialsOf(mallory), []);
  // Mallory cannot say from elsewhere that a product page opened it.
  const elsewhere = await mallory.confirmNonce(new Visitor());
  assert.ok(elsewhere.status >= 400 || elsewhere.json().confirmed === false, elsewhere.text);
  // The handle went to the product's page in the victim's browser; another user's token cannot
  // claim it.
  const other = await world
    .user('cosf-other')
    .finishOauth(crm, { ...begun, sessionKey: 'x' }, end);
  assert.equal(other.connectCredentialId, undefined);
});

test('an unconfirmed browser connects by the handle that its opener claims, once', async () => {
  const user = world.user('claims');
  const begun = await user.beginOauth(crm, { confirm: false });
  const end = await approveAtOidcProvider(user.browser, begun.redirectUrl, 'ada');
  const payload = handleOf(end);
  assert.ok(payload, end.text);
  const claim = (who) =>
    who.sdk('POST', '/credentials', {
      integrationId: crm.id,
      config: {},
      payload,
      installOptions: {},
    });
  const first = await claim(user);
  assert.equal(first.status, 201, first.text);
  const again = await claim(user);
  assert.ok(again.status >= 400 || again.json().id === first.json().id, again.text);
  assert.equal((await credentialsOf(user)).length, 1);
});

test("an origin that is not the project's is refused", async () => {
  const begun = await world
    .user('origins')
    .beginOauth(crm, { origin: 'https://evil.example.com' });
  assert.equal(begun.redirectUrl, undefined);
  assert.ok(begun.nonce.status >= 400, `${begun.nonce.status}`);
  assert.ok([400, 403].includes(begun.built.status), begun.built.text);
});

test('a state that is absent, guessed, doubled, huge or used connects nothing', async () => {
  const user = world.user('states');
  const begun = await user.beginOauth(crm);
  const callback = new URL(await approvedCallback(user.browser, begun.redirectUrl));
  const state = callback.searchParams.get('state');
  assert.ok(Buffer.from(state, 'base64url').length >= 16, 'the state has too few bits');
  const before = codeExchanges(provider);
  const variants = [
    (query) => query.delete('state'),
    (query) => query.set('state', ''),
    (query) => query.set('state', randomBytes(32).toString('base64url')),
    (query) => query.append('state', state),
    (query) => query.set('state', 'x'.repeat(60_000)),
    (query) => query.set('state', `${state}x`),
    (query) => query.set('state', state.slice(0, -1)),
    (query) => query.append('code', 'second'),
  ];
  for (const change of variants) {
    const url = new URL(callback);
    change(url.searchParams);
    const end = await user.browser.visit(url.href);
    assert.ok(end.status >= 400 && end.status < 500, `${change}: ${end.status}`);
  }
  assert.equal(codeExchanges(provider), before);
  await user.browser.visit(callback.href);
  const after = codeExchanges(provider);
  const replay = await user.browser.visit(callback.href);
  assert.ok(replay.status >= 400, `a replay answered ${replay.status}`);
  assert.equal(codeExchanges(provider), after);
});

test('states and challenges differ each time, and PKCE is S256', async () => {
  const seen = new Set();
  for (let round = 0; round < 30; round += 1) {
    const user = world.user(`fresh-${round}`); // one alone would meet the limit on starts
    const query = new URL((await user.beginOauth(crm)).redirectUrl).searchParams;
    assert.equal(query.get('code_challenge_method'), 'S256');
    assert.equal(query.get('code_challenge').length, 43);
    seen.add(query.get('state')).add(query.get('code_challenge'));
  }
  assert.equal(seen.size, 60);
});

test('no user token stands in any address we make', async () => {
  const user = world.user('clean');
  const begun = await user.beginOauth(crm);
  assert.ok(!begun.redirectUrl.includes(user.token.split('.')[2]));
  const end = await approveAtOidcProvider(user.browser, begun.redirectUrl, 'ada');
  assert.ok(!end.url.includes(user.token.split('.')[2]));
  assert.ok(!end.text.includes(user.token.split('.')[2]));
  assert.equal(end.headers['referrer-policy'], 'no-referrer');
});

test("the provider's error text is shown as text, or not at all", async () => {
  const user = world.user('html');
  const begun = await user.beginOauth(crm);
  const state = new URL(begun.redirectUrl).searchParams.get('state');
  const query = new URLSearchParams({
    error: '<img src=x onerror=alert(1)>',
    error_description: '<script>alert(1)</script>',
    state,
  });
  const end = await user.browser.visit(`${crm.redirectUrl}?${query}`);
  assert.ok(!end.text.includes('<script>alert(1)') && !end.text.includes('<img src=x'), end.text);
  assert.match(end.headers['content-security-policy'] ?? '', /script-src|default-src/);
});

test('connections cannot be begun without end, by a user or from an address', async () => {
  const limited = await startScene({
    flags: ['--connect-starts-per-user', '4', '--connect-starts-per-address', '6'],
  });
  try {
    const client = limited.provider.addClient();
    const crm = await limited.world.integration(oauthDefinition(limited.provider, client));
    client.addRedirectUri(crm.redirectUrl);
    const build = (user) =>
      user.sdk(
        'GET',
        `/actions/build-oauth?${new URLSearchParams({ action: 'custom', integrationId: crm.id })}`,
        undefined,
        { prefix: '/v2' },
      );
    const eager = limited.world.user('eager');
    for (let round = 0; round < 4; round += 1) assert.equal((await build(eager)).status, 200);
    const refused = await build(eager);
    assert.equal(refused.status, 429, refused.text);
    assert.equal(refused.json().code, 'connect.too_many_starts');
    const wait = Number(refused.headers['retry-after']);
    assert.ok(wait >= 1 && wait <= 60, `Retry-After: ${wait}`);
    const patient = limited.world.user('patient');
    assert.equal((await build(patient)).status, 200, 'another user pays for the first one');
    const last = limited.world.user('last');
    const statuses = [];
    for (let round = 0; round < 2; round += 1) statuses.push((await build(last)).status);
    assert.equal(statuses.at(-1), 429, 'the address is not limited');
  } finally {
    await limited.stop();
  }
});

test('a wrong issuer is refused (RFC 9207)', async () => {
  const own = provider.addClient();
  const issued = await world.integration(
    oauthDefinition(provider, own, {
      name: 'Issued CRM',
      authentication: { issuer: provider.origin },
    }),
  );
  own.addRedirectUri(issued.redirectUrl);
  const user = world.user('issuer');
  const begun = await user.beginOauth(issued);
  const callback = new URL(await approvedCallback(user.browser, begun.redirectUrl));
  const before = codeExchanges(provider);
  callback.searchParams.set('iss', evil.origin);
  const end = await user.browser.visit(callback.href);
  assert.ok(end.status >= 400, `${end.status}`);
  assert.equal(codeExchanges(provider), before);
  assert.equal((await world.user('issuer-2').connectThroughPage(issued)).status, 'VALID');
});

test('no parameter of any page makes an open redirect', async () => {
  const targets = [
    'https://evil.example.com',
    '//evil.example.com',
    '/\\evil.example.com',
    'https:evil.example.com',
    'javascript:alert(1)',
  ];
  const names = [
    'redirect',
    'redirect_uri',
    'redirectUrl',
    'return',
    'returnTo',
    'next',
    'url',
    'continue',
    'target',
    'to',
    'dest',
    'callback',
    'origin',
  ];
  const user = world.user('redirects');
  for (const name of names) {
    for (const target of targets) {
      const query = new URLSearchParams({ [name]: target });
      for (const url of [
        `${world.origin}/?${query}`,
        `${crm.redirectUrl}?${query}`,
        `${user.sdkUrl('/actions/oauth-nonce')}?${query}`,
      ]) {
        const answer = await user.browser.send(url);
        const { location } = answer.headers;
        assert.ok(
          !location || new URL(location, world.origin).origin === world.origin,
          `${url} → ${location}`,
        );
      }
    }
  }
});
