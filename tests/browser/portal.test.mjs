// The Connect Portal in a product's page, driven by the published client: each method, each end.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { openBrowser } from '../lib/browser.mjs';
import { publishedClients, startProduct } from '../lib/product.mjs';
import { startScene } from '../lib/scenes.mjs';
import { apiKeyDefinition, oauthDefinition } from '../lib/world.mjs';

let scene;
let world;
let browser;
let crm;
let keys;

before(async () => {
  scene = await startScene();
  world = scene.world;
  const client = scene.provider.addClient();
  crm = await world.integration(
    oauthDefinition(scene.provider, client, {
      accentColor: '#2f6f4f',
      overview:
        '# What it does\n\nSyncs **contacts**.\n\n- both ways\n- [help](https://example.com)',
      userSettings: [
        { id: 'region', title: 'Region', required: false },
        { id: 'daily', title: 'Every day', type: 'switch', required: false },
      ],
    }),
  );
  client.addRedirectUri(crm.redirectUrl);
  keys = await world.integration(
    apiKeyDefinition(scene.provider, {
      name: 'Plain keys',
      api: { testEndpoint: { path: '/contacts' } },
    }),
  );
  browser = await openBrowser({ popups: 'real' });
});
after(async () => {
  await browser?.close();
  await scene?.stop();
});

for (const version of publishedClients) {
  describe(`with the ${version} client`, () => {
    let product;
    before(async () => {
      product = await startProduct(world, version);
    });
    after(() => product?.stop());

    const opened = async (sub, type) => {
      const page = await product.open(browser, `${version}-${sub}`);
      await page.inPage(
        `window.events = []; paragon.subscribe('onIntegrationInstall', (event) => window.events.push(event));`,
      );
      await page.onClick(`return paragon.connect('${type}', {});`);
      return page;
    };

    test('connects through the popup, shows the account, saves settings, disconnects', async () => {
      const page = await opened('ada', 'custom.madeupcrm');
      const { portal } = page;
      await portal.getByRole('heading', { name: 'What it does' }).waitFor();
      const [popup] = await Promise.all([
        page.waitForEvent('popup'),
        portal.getByRole('button', { name: 'Connect Made-up CRM' }).click(),
      ]);
      await portal.getByText('Continue in the window').waitFor();
      await popup.getByLabel('Your name').fill('ada');
      await popup.getByRole('button', { name: 'Allow' }).click();
      await portal.getByText('Made-up CRM is connected.').waitFor();
      assert.equal(await page.inPage('return window.events.length;'), 1);
      const user = await page.inPage('return paragon.getUser();');
      assert.equal(user.integrations['custom.madeupcrm'].enabled, true);

      await portal.getByLabel('Region').fill('eu');
      await portal.getByRole('switch', { name: 'Every day' }).check();
      await portal.getByRole('button', { name: 'Save' }).click();
      await portal.getByText('Saved.').waitFor();
      const me = await world.user(`${version}-ada`).sdkJson('GET', '/me');
      assert.deepEqual(me.integrations['custom.madeupcrm'].sharedSettings, {
        region: 'eu',
        daily: true,
      });

      await portal.getByRole('button', { name: 'Disconnect' }).click();
      await portal.getByRole('alertdialog').waitFor();
      await portal.getByRole('button', { name: 'Disconnect' }).click();
      await portal.getByText('Made-up CRM is disconnected.').waitFor();
      assert.deepEqual(await world.user(`${version}-ada`).sdkJson('GET', '/credentials'), []);
      await portal.getByRole('button', { name: 'Close' }).click();
      await page.locator('iframe[id$="connect-frame"]').waitFor({ state: 'hidden' });
      assert.deepEqual(page.problems, []);
      await page.close();
    });

    test('a form says what is missing, what the provider refuses, and then connects', async () => {
      const page = await opened('bob', 'custom.plainkeys');
      const { portal } = page;
      await portal.getByRole('button', { name: 'Connect', exact: true }).click();
      await portal.getByText('API key is required.').waitFor();
      assert.equal(await portal.getByLabel('API key').getAttribute('type'), 'password');
      await portal.getByLabel('API key').fill('not-a-token');
      await portal.getByRole('button', { name: 'Show' }).click();
      assert.equal(await portal.getByLabel('API key').getAttribute('type'), 'text');
      await portal.getByRole('button', { name: 'Connect', exact: true }).click();
      await portal.getByRole('alert').waitFor();
      assert.deepEqual(await world.user(`${version}-bob`).sdkJson('GET', '/credentials'), []);
      assert.match((await page.result()).error, /./);
      await page.close();
    });

    test('saying no at the provider ends in clear words, and another try works', async () => {
      const page = await opened('carol', 'custom.madeupcrm');
      const { portal } = page;
      const connect = portal.getByRole('button', { name: 'Connect Made-up CRM' });
      const [popup] = await Promise.all([page.waitForEvent('popup'), connect.click()]);
      await popup.getByRole('button', { name: 'Deny' }).click();
      await portal.getByText('You did not allow access').waitFor();
      const [again] = await Promise.all([page.waitForEvent('popup'), connect.click()]);
      await again.getByRole('button', { name: 'Allow' }).click();
      await portal.getByText('Made-up CRM is connected.').waitFor();
      await page.close();
    });

    test('a closed window ends in a clear state, from which one can try again', async () => {
      const page = await opened('dave', 'custom.madeupcrm');
      const { portal } = page;
      const [popup] = await Promise.all([
        page.waitForEvent('popup'),
        portal.getByRole('button', { name: 'Connect Made-up CRM' }).click(),
      ]);
      await popup.getByRole('button', { name: 'Allow' }).waitFor();
      await popup.close();
      await portal.getByText('The window is closed').waitFor();
      const [again] = await Promise.all([
        page.waitForEvent('popup'),
        portal.getByRole('button', { name: 'Try again' }).click(),
      ]);
      await again.getByRole('button', { name: 'Allow' }).click();
      await portal.getByText('Made-up CRM is connected.').waitFor();
      await page.close();
    });
  });
}
