// The journeys of a product's page, with Tenon's own SDK and with the published client, newest and
// previous major, unmodified: catalogue, calls, several accounts, reconnect, and every bad end.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { openBrowser } from '../lib/browser.mjs';
import { publishedClients, startProduct } from '../lib/product.mjs';
import { startScene } from '../lib/scenes.mjs';
import { apiKeyDefinition, oauthDefinition } from '../lib/world.mjs';

let scene;
let world;
let browser;
let app;
let machine;

before(async () => {
  scene = await startScene();
  world = scene.world;
  app = scene.provider.addClient();
  const crm = await world.integration(oauthDefinition(scene.provider, app));
  app.addRedirectUri(crm.redirectUrl);
  await world.integration(apiKeyDefinition(scene.provider, { name: 'Plain keys' }));
  machine = scene.provider.addClient();
  await world.integration({
    name: 'Machine',
    authentication: {
      method: 'oauth_client_credential',
      accessTokenUrl: scene.provider.tokenUrl,
      scopes: ['contacts.read'],
    },
    api: { baseUrl: scene.provider.apiUrl, testEndpoint: { path: '/contacts' } },
  });
  const password = scene.provider.addClient();
  await world.integration({
    name: 'By password',
    authentication: {
      method: 'ropc_app',
      accessTokenUrl: scene.provider.tokenUrl,
      clientId: password.clientId,
      clientSecret: password.clientSecret,
      scopes: ['contacts.read'],
    },
    api: { baseUrl: scene.provider.apiUrl, testEndpoint: { path: '/contacts' } },
  });
  browser = await openBrowser({ popups: 'real' });
});
after(async () => {
  await browser?.close();
  await scene?.stop();
});

for (const version of [...publishedClients, 'tenon']) {
  describe(`with the ${version} client`, () => {
    let product;
    before(async () => {
      product = await startProduct(world, version);
    });
    after(() => product?.stop());

    const open = (sub, options) => product.open(browser, `${version}-${sub}`, options);
    const user = (sub) => world.user(`${version}-${sub}`);
    const allow = async (page, trigger, name = 'ada') => {
      const [popup] = await Promise.all([page.waitForEvent('popup'), trigger()]);
      await popup.getByLabel('Your name').fill(name);
      await popup.getByRole('button', { name: 'Allow' }).click();
    };
    const installed = async (sub) => {
      const page = await open(sub);
      await allow(page, () =>
        page.onClick("return paragon.installIntegration('custom.madeupcrm', {});"),
      );
      const result = await page.result();
      assert.equal(result.error, undefined);
      return page;
    };

    test('catalogue and user', async () => {
      const page = await open('eve');
      const metadata = await page.inPage('return paragon.getIntegrationMetadata();');
      assert.equal(metadata.length, 4);
      const user = await page.inPage('return paragon.getUser();');
      assert.equal(user.userId, `${version}-eve`);
      assert.equal(user.token, undefined);
      assert.equal(user.integrations['custom.madeupcrm'].enabled, false);
      await page.close();
    });

    test('request: GET, POST, error, large body, logged out by none of them', async () => {
      const page = await installed('req');
      const read = await page.inPage(
        "return paragon.request('custom.madeupcrm', '/contacts', {});",
      );
      assert.equal(read.contacts[0].name, 'Ada Lovelace');
      const made = await page.inPage(
        "return paragon.request('custom.madeupcrm', '/contacts', { method: 'POST', body: { name: 'Mary' } });",
      );
      assert.equal(made.name, 'Mary');
      const large = await page.inPage(
        "return paragon.request('custom.madeupcrm', '/upload', { method: 'POST', body: 'x'.repeat(3_000_000) });",
      );
      assert.equal(large.bytes, 3_000_000);
      const failed = await page.inPage(
        `return paragon.request('custom.madeupcrm', '/status/422', {}).catch((error) => error.response);`,
      );
      assert.equal(failed.status, 422);
      assert.equal(failed.meta.isIntegrationError, true);
      scene.provider.api.status = 401;
      await page.inPage(
        "await paragon.request('custom.madeupcrm', '/contacts', {}).catch(() => {});",
      );
      scene.provider.api.status = undefined;
      assert.equal(await page.inPage('return paragon.getUser().authenticated;'), true);
      await page.close();
    });

    test('client id and secret, and username, password and API key, by the portal', async () => {
      const page = await open('forms');
      await page.onClick("return paragon.connect('custom.machine', {});");
      await page.portal.getByLabel('Client ID').fill(machine.clientId);
      await page.portal.getByLabel('Client Secret').fill(machine.clientSecret);
      await page.portal.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.portal.getByText('Machine is connected.').waitFor();
      assert.equal((await page.result()).error, undefined);
      await page.portal.getByRole('button', { name: 'Close' }).click();
      await page.onClick("return paragon.connect('custom.bypassword', {});");
      await page.portal.getByLabel('Username').fill('ada');
      await page.portal.getByLabel('Password', { exact: true }).fill('correct horse');
      await page.portal.getByLabel('API Key').fill('any');
      await page.portal.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.portal.getByText('By password is connected.').waitFor();
      const me = await user('forms').sdkJson('GET', '/me');
      assert.equal(me.integrations['custom.machine'].enabled, true);
      assert.equal(me.integrations['custom.bypassword'].enabled, true);
      await page.close();
    });

    test('several accounts stand beside each other, and each can be told apart', async () => {
      const page = await open('many');
      const options = '{ allowMultipleCredentials: true }';
      await page.onClick(`return paragon.connect('custom.madeupcrm', ${options});`);
      await allow(
        page,
        () => page.portal.getByRole('button', { name: 'Connect Made-up CRM' }).click(),
        'ada',
      );
      await page.portal.getByText('Made-up CRM is connected.').waitFor();
      await allow(
        page,
        () => page.portal.getByRole('button', { name: 'Add another account' }).click(),
        'grace',
      );
      await page.portal.getByRole('radio').nth(1).waitFor();
      const credentials = await user('many').sdkJson('GET', '/credentials');
      assert.deepEqual(credentials.map((one) => one.providerId).sort(), ['ada', 'grace']);
      const answers = await page.inPage(
        `return Promise.all(argument.map((selectedCredentialId) =>
           paragon.request('custom.madeupcrm', '/me?' + selectedCredentialId, { selectedCredentialId })));`,
        credentials.map((one) => one.id),
      );
      assert.deepEqual(
        answers.map((one) => one.id),
        credentials.map((one) => one.providerId),
      );
      await page.close();
    });

    test('after the provider revoked, the portal says why and connects again', async () => {
      const page = await installed('again');
      scene.provider.revokeAllGrants();
      await page.inPage(
        "await paragon.request('custom.madeupcrm', '/contacts', {}).catch(() => {});",
      );
      const [before] = await user('again').sdkJson('GET', '/credentials');
      assert.equal(before.status, 'INVALID');
      await page.close();
      const later = await open('again');
      await later.onClick("return paragon.connect('custom.madeupcrm', {});");
      await later.portal.getByText('Please reconnect this account').waitFor();
      await allow(later, () => later.portal.getByRole('button', { name: 'Reconnect' }).click());
      await later.portal.getByText('Made-up CRM is connected.').waitFor();
      const [after] = await user('again').sdkJson('GET', '/credentials');
      assert.equal(after.status, 'VALID');
      assert.equal(after.id, before.id);
      await later.close();
    });

    test('an expired token is refused before anything is sent', async () => {
      await assert.rejects(
        open('late', { token: world.user('late', { lifeSeconds: -10 }).token }),
        /expired/,
      );
    });

    test('two tabs connect at once, each its own user', async () => {
      const pages = await Promise.all([open('tab1'), open('tab2')]);
      const popups = [];
      for (const page of pages) {
        const [popup] = await Promise.all([
          page.waitForEvent('popup'),
          page.onClick("return paragon.installIntegration('custom.madeupcrm', {});"),
        ]);
        popups.push(popup);
      }
      for (const popup of popups.reverse()) {
        await popup.bringToFront();
        await popup.getByLabel('Your name').fill('ada');
        await popup.getByRole('button', { name: 'Allow' }).click();
      }
      for (const page of pages) {
        await page.bringToFront();
        assert.equal((await page.result()).error, undefined);
        await page.close();
      }
      for (const sub of ['tab1', 'tab2']) {
        assert.equal((await user(sub).sdkJson('GET', '/credentials')).length, 1);
      }
    });

    test('the window in the way of a blocker offers itself again', async () => {
      const page = await open('blocked');
      await page.onClick("return paragon.connect('custom.madeupcrm', {});");
      await page.portal.getByRole('button', { name: 'Connect Made-up CRM' }).waitFor();
      const frame = page.frames().find((one) => one.url().includes('/ui'));
      await frame.evaluate(() => {
        window.openForReal = window.open;
        window.open = () => null;
      });
      await page.portal.getByRole('button', { name: 'Connect Made-up CRM' }).click();
      await page.portal.getByText('Your browser blocked the window').waitFor();
      await page.portal.getByRole('button', { name: 'Continue in this window' }).click();
      await page.getByRole('button', { name: 'Allow' }).waitFor();
      await page.getByLabel('Your name').fill('ada');
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(`${product.origin}/**`);
      assert.equal((await user('blocked').sdkJson('GET', '/credentials')).length, 1);
      await page.close();
    });

    test('overrideRedirectUrl brings the code to the product, which completes', async () => {
      const redirectUrl = `${product.origin}/back`;
      app.addRedirectUri(redirectUrl);
      const page = await open('override');
      await allow(page, () =>
        page.onClick(
          `return paragon.installIntegration('custom.madeupcrm', { overrideRedirectUrl: '${redirectUrl}' });`,
        ),
      );
      const isBack = () => product.requests.find((url) => url.pathname === '/back');
      while (!isBack()) await page.waitForTimeout(20);
      await page.inPage(
        `await paragon.completeInstall('custom.madeupcrm', { ...argument, showPortalAfterInstall: false });`,
        { authorizationCode: isBack().searchParams.get('code'), redirectUrl },
      );
      const me = await user('override').sdkJson('GET', '/me');
      assert.equal(me.integrations['custom.madeupcrm'].enabled, true);
      await page.close();
    });

    test('disconnecting by code', async () => {
      const page = await installed('bye');
      await page.inPage("await paragon.uninstallIntegration('custom.madeupcrm');");
      assert.deepEqual(await user('bye').sdkJson('GET', '/credentials'), []);
      assert.ok(scene.provider.revocations.length > 0);
      await page.close();
    });
  });
}

describe('what only Tenon’s own client does', () => {
  let product;
  before(async () => {
    product = await startProduct(world, 'tenon');
  });
  after(() => product?.stop());

  test('files go and come byte for byte', async () => {
    const page = await product.open(browser, 'files');
    await page.onClick("return paragon.installIntegration('custom.madeupcrm', {});");
    const popup = page.context().pages().at(-1);
    await popup.getByRole('button', { name: 'Allow' }).click();
    assert.equal((await page.result()).error, undefined);
    const sizes = await page.inPage(
      `const bytes = new Uint8Array(300_000).map((_, i) => (i * 31) % 256);
       const body = new Blob([bytes], { type: 'application/octet-stream' });
       const sent = await paragon.request('custom.madeupcrm', '/upload', { method: 'POST', body });
       const got = await paragon.request('custom.madeupcrm', '/download?bytes=100000', {});
       return { sent: sent.bytes, got: got.size };`,
    );
    assert.deepEqual(sizes, { sent: 300_000, got: 100_000 });
    await page.close();
  });

  test('logout forgets the user', async () => {
    const page = await product.open(browser, 'gone');
    await page.inPage('paragon.logout();');
    assert.deepEqual(await page.inPage('return paragon.getUser();'), { authenticated: false });
    await assert.rejects(
      page.inPage("return paragon.request('custom.madeupcrm', '/me');"),
      /authenticate/,
    );
    await page.close();
  });

  test('headless: every field of each method is asked for, and connects', async () => {
    const page = await product.open(browser, 'headless');
    const asked = await page.inPage(
      `paragon.setHeadless(true);
       const fill = { clientId: argument.clientId, clientSecret: argument.clientSecret, username: 'ada',
         password: 'correct horse', apiKey: 'any', api_key: 'any' };
       const asked = {};
       for (const type of ['custom.machine', 'custom.bypassword', 'custom.plainkeys']) {
         await new Promise((resolve, reject) => paragon.installFlow.start(type, {
           onNext: (stage) => {
             if (stage.stage !== 'preOptions') return;
             asked[type] = stage.options.map(({ id }) => id);
             paragon.installFlow.setPreOptions(Object.fromEntries(asked[type].map((id) => [id, fill[id]])));
           },
           onComplete: resolve,
           onError: reject,
         }));
       }
       return asked;`,
      machine,
    );
    assert.deepEqual(asked, {
      'custom.machine': ['clientId', 'clientSecret'],
      'custom.bypassword': ['username', 'password', 'apiKey'],
      'custom.plainkeys': ['api_key'],
    });
    await page.close();
  });

  test('headless: the popup opens in the click, and a closed one is an error with a name', async () => {
    const page = await product.open(browser, 'headless-oauth');
    await page.inPage('paragon.setHeadless(true);');
    const start = `return new Promise((resolve, reject) => paragon.installFlow.start('custom.madeupcrm',
      { onComplete: resolve, onError: reject }));`;
    const [given] = await Promise.all([page.waitForEvent('popup'), page.onClick(start)]);
    await given.getByRole('button', { name: 'Allow' }).waitFor();
    await given.close();
    assert.equal((await page.result()).name, 'OAuthClosedError');
    const [popup] = await Promise.all([page.waitForEvent('popup'), page.onClick(start)]);
    await popup.getByRole('button', { name: 'Allow' }).click();
    assert.equal((await page.result()).error, undefined);
    await page.close();
  });

  test('a page that no project allows is told so', async () => {
    const stranger = await startProduct(world, 'tenon', { allow: false });
    const page = await stranger.open(browser, 'stranger');
    await page.onClick("return paragon.connect('custom.madeupcrm', {});");
    assert.equal((await page.result()).name, 'PortalUnreachableError');
    await page.close();
    await stranger.stop();
  });
});
