// Hostile pages against the portal, the SDK and the flows: each is refused, and nothing is connected,
// shown or told.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startHttpServer } from '../fakes/http-server.mjs';
import { openBrowser } from '../lib/browser.mjs';
import { startProduct } from '../lib/product.mjs';
import { startScene } from '../lib/scenes.mjs';
import { oauthDefinition } from '../lib/world.mjs';

let scene;
let world;
let other;
let browser;
let product;
let hostile;

before(async () => {
  scene = await startScene();
  world = scene.world;
  other = await world.otherProject();
  const client = scene.provider.addClient();
  const crm = await world.integration(oauthDefinition(scene.provider, client));
  client.addRedirectUri(crm.redirectUrl);
  hostile = await startHttpServer((request, response, url) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(url.searchParams.get('html') ?? '');
  });
  product = await startProduct(world, 'tenon');
  browser = await openBrowser({ popups: 'real' });
});
after(async () => {
  await browser?.close();
  await product?.stop();
  await hostile?.stop();
  await scene?.stop();
});

// A page of the hostile origin with this HTML.
async function hostilePage(html) {
  const page = await browser.newPage();
  await page.goto(`${hostile.origin}/?html=${encodeURIComponent(html)}`);
  return page;
}

const integrationOf = async (user) => (await user.sdkJson('GET', '/integrations'))[0];

// What the published protocol tells the portal, with a good token.
async function uiUpdate(user) {
  const integration = await integrationOf(user);
  return {
    messageType: 'UI_UPDATE',
    nextContext: {
      projectId: world.projectId,
      user: { ...(await user.sdkJson('GET', '/me')), token: user.token },
    },
    nextModalState: { integration, config: integration.configs[0].values },
  };
}

for (const [what, attributes] of [
  ['a page that says where it stands', ''],
  ['a page that hides where it stands', 'referrerpolicy="no-referrer"'],
]) {
  test(`the portal is not shown in ${what}`, async () => {
    for (const query of ['', `?projectId=${world.projectId}`]) {
      const page = await hostilePage(
        `<iframe ${attributes} src="${world.origin}/ui${query}"></iframe>`,
      );
      const frame = page.frames()[1];
      await page.waitForTimeout(300);
      assert.equal(await frame.locator('#portal').count(), 0);
      await page.close();
    }
  });
}

test('a page of another project cannot use the portal with a token of this one', async () => {
  await other.allowOrigins([hostile.origin]);
  const page = await hostilePage(`<iframe src="${world.origin}/ui"></iframe>`);
  const frame = page.frames()[1];
  await frame.locator('#portal').waitFor({ state: 'attached' });
  const calls = [];
  page.on('request', (request) => calls.push(new URL(request.url()).pathname));
  const told = await page.evaluate(
    ([message, origin]) =>
      new Promise((resolve) => {
        const heard = [];
        window.addEventListener('message', (event) => {
          heard.push(event.data.type);
          if (event.data.type === 'emitError') resolve({ heard, words: event.data.parameters[0] });
        });
        window.frames[0].postMessage(message, origin);
      }),
    [await uiUpdate(world.user('victim')), world.origin],
  );
  assert.match(told.words, /not one of the project's allowed origins/);
  assert.deepEqual(told.heard, ['emitError']);
  assert.equal(await frame.locator('.card').count(), 0);
  assert.ok(
    calls.every((path) => path.endsWith('/sdk/portal')),
    calls.join(),
  );
  await page.close();
  await other.allowOrigins([]);
});

test('messages to the portal from anyone but its own parent change nothing', async () => {
  const page = await product.open(browser, 'alice');
  await page.portal.locator('#portal').waitFor({ state: 'attached' });
  const frame = page.frames().find((one) => one.url().includes('/ui'));
  const message = await uiUpdate(world.user('alice'));
  // A window that the product opened, of another origin, reaches the portal's frame through it.
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.onClick(`window.open('${hostile.origin}/'); return 1;`),
  ]);
  await popup.waitForLoadState();
  await popup.evaluate((forged) => window.opener.frames[0].postMessage(forged, '*'), message);
  await frame.evaluate((forged) => window.postMessage(forged, '*'), message);
  await page.waitForTimeout(300);
  assert.equal(await frame.locator('.card').count(), 0);
  await page.close();
});

test('messages to the SDK from anyone but the portal call nothing, and the portal not all', async () => {
  const page = await product.open(browser, 'bob');
  await page.portal.locator('#portal').waitFor({ state: 'attached' });
  const call = { messageType: 'SDK_FUNCTION_INVOCATION', type: 'onOpen', parameters: [], id: 'x' };
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.onClick(`window.open('${hostile.origin}/'); return 1;`),
  ]);
  await popup.waitForLoadState();
  const answered = await popup.evaluate(
    (forged) =>
      new Promise((resolve) => {
        window.addEventListener('message', () => resolve(true));
        window.opener.postMessage(forged, '*');
        setTimeout(() => resolve(false), 300);
      }),
    { ...call, type: 'updateContainerStyle', parameters: [{ isModalShown: true }] },
  );
  assert.equal(answered, false);
  const frame = page.frames().find((one) => one.url().includes('/ui'));
  for (const type of ['logout', 'authenticate', 'request', 'constructor', '__proto__']) {
    const answer = await frame.evaluate(
      ([forged, origin]) =>
        new Promise((resolve) => {
          window.addEventListener('message', ({ data }) => data.id === 'x' && resolve(data));
          window.parent.postMessage(forged, origin);
        }),
      [{ ...call, type }, product.origin],
    );
    assert.equal(answer.messageType, 'SDK_FUNCTION_ERROR', type);
  }
  assert.equal(await page.inPage('return paragon.getUser().authenticated;'), true);
  await page.close();
});

// Begins in the product's page and stands at the provider: {page, popup, addresses}, where addresses
// grows by every address that the popup asks for.
async function begunAtProvider(sub) {
  const page = await product.open(browser, sub);
  const addresses = [];
  const note = (request) => addresses.push(request.url());
  page.context().on('request', note);
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.onClick("return paragon.installIntegration('custom.madeupcrm', {});"),
  ]);
  await popup.getByRole('button', { name: 'Allow' }).waitFor();
  return { page, popup, addresses, end: () => page.context().off('request', note) };
}

test('a callback in another browser connects nobody, and the one who waits is told', async () => {
  const { page, addresses, end } = await begunAtProvider('carol');
  const stolen = await openBrowser();
  try {
    const theirs = await stolen.newPage();
    await theirs.goto(addresses.find((url) => url.startsWith(scene.provider.authorizationUrl)));
    await theirs.getByRole('button', { name: 'Allow' }).click();
    await theirs.getByText('This attempt to connect is not known').waitFor();
    const { error } = await page.result();
    assert.match(error, /another browser/);
    assert.deepEqual(await world.user('carol').sdkJson('GET', '/credentials'), []);
  } finally {
    end();
    await stolen.close();
    await page.close();
  }
});

test('a state works once', async () => {
  const { page, popup, addresses, end } = await begunAtProvider('dave');
  await popup.getByRole('button', { name: 'Allow' }).click();
  assert.equal((await page.result()).error, undefined);
  end();
  const replay = await browser.newPage();
  const answer = await replay.goto(addresses.find((url) => url.includes('/oauth/')));
  assert.equal(answer.status(), 410);
  assert.equal((await world.user('dave').sdkJson('GET', '/credentials')).length, 1);
  await replay.close();
  await page.close();
});

test('a start page that somebody else was sent connects nothing for the sender', async () => {
  const mallory = world.user('mallory');
  const { url } = await mallory.sdkJson('POST', '/connections', {
    integrationId: (await integrationOf(mallory)).id,
    sessionKey: 'known-to-mallory',
    origin: product.origin,
  });
  const victim = await hostilePage(`<a href="${url}">A nice link</a>`);
  await victim.getByRole('link').click();
  await victim.getByRole('button', { name: 'Allow' }).click();
  await victim.getByText('Go back to the window').waitFor();
  assert.deepEqual(await mallory.sdkJson('GET', '/credentials'), []);
  const state = await mallory.sdkJson('GET', '/actions/session-id/known-to-mallory');
  assert.equal(state.status, 'answered');
  await victim.close();
});

test('a token of another project is refused everywhere', async () => {
  const stranger = other.user('alice');
  await assert.rejects(product.open(browser, 'alice', { token: stranger.token }), /authenticate/);
  for (const path of [
    '/me',
    '/portal?origin=https%3A%2F%2Fx.example',
    '/actions/session-id/abcdefgh',
  ]) {
    const { status } = await world.user('x').sdk('GET', path, undefined, {
      headers: { authorization: `Bearer ${stranger.token}` },
    });
    assert.equal(status, 401, path);
  }
});
