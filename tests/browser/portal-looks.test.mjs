// The portal's screens for everybody: no axe violation in either theme, nothing wider than a 320 px
// screen, six languages, small, and quick to be there.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser } from '../lib/browser.mjs';
import { send } from '../lib/http.mjs';
import { repositoryRoot } from '../lib/paths.mjs';
import { startProduct } from '../lib/product.mjs';
import { startScene } from '../lib/scenes.mjs';
import { apiKeyDefinition, oauthDefinition } from '../lib/world.mjs';

const axe = readFileSync(join(repositoryRoot, 'node_modules/axe-core/axe.min.js'), 'utf8');
const portalBytesMax = 40 * 1024;
const sdkBytesMax = 12 * 1024;

let scene;
let world;
let browser;
let product;

before(async () => {
  scene = await startScene();
  world = scene.world;
  const client = scene.provider.addClient();
  const crm = await world.integration(
    oauthDefinition(scene.provider, client, {
      accentColor: '#f4c20d',
      overview: 'Reads **contacts**.\n\n- [Read more](https://example.com)\n\n> Quoted',
      userSettings: [
        { id: 'greeting', title: 'Greeting', subtitle: 'Before each name', required: false },
        { id: 'daily', title: 'Daily', type: 'switch', required: false },
      ],
    }),
  );
  client.addRedirectUri(crm.redirectUrl);
  await world.integration(
    apiKeyDefinition(scene.provider, {
      name: 'Keys',
      authentication: {
        method: 'basic',
        inputFields: [
          { id: 'sub', title: 'Subdomain', prefixLabel: 'https://', suffixLabel: '.keys.example' },
          {
            id: 'region',
            title: 'Region',
            type: 'select',
            options: [{ label: 'Europe', value: 'eu' }],
          },
          { id: 'note', title: 'Note', type: 'textarea', required: false },
          { id: 'api_key', title: 'API key', type: 'password', subtitle: 'In your settings' },
        ],
      },
      api: { testEndpoint: { path: '/contacts' } },
    }),
  );
  browser = await openBrowser({ popups: 'real' });
  product = await startProduct(world, 'tenon');
});
after(async () => {
  await browser?.close();
  await product?.stop();
  await scene?.stop();
});

async function judge(page, screen) {
  const frame = page.frames().find((one) => one.url().includes('/ui'));
  await frame.evaluate(axe);
  const violations = await frame.evaluate(async () => {
    const { violations: found } = await window.axe.run(document);
    return found.map((one) => `${one.id}: ${one.nodes.map(({ html }) => html).join(' ')}`);
  });
  assert.deepEqual(violations, [], screen);
  const tooWide = await frame.evaluate(
    () => document.querySelector('.overlay').scrollWidth - window.innerWidth,
  );
  assert.ok(tooWide <= 0, `${screen} is ${tooWide} px too wide`);
}

// 320 px by 256 px is what 400 % zoom leaves of 1280 by 1024.
for (const [theme, width, height] of [
  ['light', 1280, 900],
  ['dark', 320, 256],
]) {
  test(`every screen in ${theme} colours at ${width} px`, async () => {
    const page = await product.open(browser, `looks-${theme}`);
    await page.setViewportSize({ width, height });
    const { portal } = page;
    const press = (name) => portal.getByRole('button', { name, exact: true }).click();
    const popupBy = async (name) =>
      (await Promise.all([page.waitForEvent('popup'), press(name)]))[0];
    await page.onClick(`return paragon.connect('custom.madeupcrm', { theme: '${theme}' });`);
    await portal.getByRole('button', { name: 'Connect Made-up CRM' }).waitFor();
    await judge(page, 'connect');
    const popup = await popupBy('Connect Made-up CRM');
    await portal.getByText('Continue in the window').waitFor();
    await judge(page, 'waiting');
    await popup.getByRole('button', { name: 'Deny' }).click();
    await portal.getByText('You did not allow').waitFor();
    await judge(page, 'denied');
    const again = await popupBy('Connect Made-up CRM');
    await again.getByRole('button', { name: 'Allow' }).click();
    await portal.getByText('is connected.').waitFor();
    await judge(page, 'connected');
    await press('Disconnect');
    await portal.getByRole('alertdialog').waitFor();
    await judge(page, 'disconnect');
    await press('Close');
    await page.onClick(`return paragon.connect('custom.keys', { theme: '${theme}' });`);
    await portal.locator('form').waitFor();
    await judge(page, 'form');
    await press('Connect');
    await portal.getByText('API key is required.').waitFor();
    await judge(page, 'form with mistakes');
    await page.close();
  });
}

test('the portal speaks the language asked for, and says which', async () => {
  const page = await product.open(browser, 'words');
  for (const [language, words] of [
    ['de', 'Made-up CRM verbinden'],
    ['fr', 'Connecter Made-up CRM'],
    ['es', 'Conectar Made-up CRM'],
    ['ja', 'Made-up CRM を接続'],
    ['pt', 'Conectar Made-up CRM'],
  ]) {
    await page.onClick(`return paragon.connect('custom.madeupcrm', { language: '${language}' });`);
    await page.portal.getByRole('button', { name: words }).waitFor();
    const frame = page.frames().find((one) => one.url().includes('/ui'));
    assert.equal(await frame.evaluate(() => document.documentElement.lang), language);
    await page.inPage('paragon.closePortal();');
  }
  await page.close();
});

test('the keyboard stays in the portal, and Escape closes it', async () => {
  const page = await product.open(browser, 'keys');
  await page.onClick("return paragon.connect('custom.madeupcrm', {});");
  const { portal } = page;
  await portal.getByRole('button', { name: 'Close' }).focus();
  await page.keyboard.press('Shift+Tab');
  assert.equal(await portal.locator(':focus').textContent(), 'Connect Made-up CRM');
  await page.keyboard.press('Tab');
  assert.equal(await portal.locator(':focus').getAttribute('aria-label'), 'Close');
  await page.keyboard.press('Escape');
  await page.locator('#tenon-connect-frame').waitFor({ state: 'hidden' });
  await page.close();
});

test('portal and SDK are small', async () => {
  const html = (await send(`${world.origin}/ui`)).text;
  const script = html.match(/src="(\/ui\/assets\/[^"]+\.js)"/)[1];
  const bytesOf = async (path) => {
    const answer = await send(`${world.origin}${path}`, {
      headers: { 'accept-encoding': 'gzip' },
    });
    assert.equal(answer.headers['content-encoding'], 'gzip', path);
    return Number(answer.headers['content-length']);
  };
  assert.ok((await bytesOf(script)) < portalBytesMax);
  assert.ok((await bytesOf('/sdk/tenon.js')) < sdkBytesMax);
});

test('the portal is there soon after connect()', async (t) => {
  const page = await product.open(browser, 'fast');
  await page.portal.locator('#portal').waitFor({ state: 'attached' });
  await page.waitForLoadState('networkidle');
  const took = await page.inPage(
    `const start = performance.now();
     const opened = new Promise((resolve) => paragon.subscribe('onPortalOpen', resolve));
     void paragon.connect('custom.madeupcrm', {});
     await opened;
     await new Promise((resolve) => requestAnimationFrame(resolve));
     return performance.now() - start;`,
  );
  // Wall time gates nothing on a shared machine; a portal that loads only now would take far longer.
  t.diagnostic(`${Math.round(took)} ms after connect()`);
  assert.ok(took < 1000, `${took} ms`);
  await page.close();
});
