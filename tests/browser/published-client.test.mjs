// The published client, unmodified, in a real browser on a product's page of another origin:
// authenticate, install by the OAuth popup with the popup blocker on, call, change metadata,
// uninstall.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHttpServer } from '../fakes/http-server.mjs';
import { openBrowser } from '../lib/browser.mjs';
import { repositoryRoot } from '../lib/paths.mjs';
import { startScene } from '../lib/scenes.mjs';
import { apiKeyDefinition, oauthDefinition } from '../lib/world.mjs';

const clientScript = readFileSync(
  join(repositoryRoot, 'node_modules/@useparagon/connect/dist/src/index.js'),
);
const productPage = `<!doctype html><title>A product</title><button id="go">Connect</button>
<script>var module = { exports: {} }, exports = module.exports;</script><script src="/client.js"></script>
<script>window.paragon = module.exports.paragon;</script>`;

let scene;
let world;
let product;
let browser;
let page;
let crm;

before(async () => {
  product = await startHttpServer((request, response, url) => {
    const isScript = url.pathname === '/client.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? clientScript : productPage);
  });
  scene = await startScene();
  world = scene.world;
  await world.allowOrigins([product.origin]);
  const client = scene.provider.addClient();
  crm = await world.integration(oauthDefinition(scene.provider, client));
  client.addRedirectUri(crm.redirectUrl);
  await world.integration(apiKeyDefinition(scene.provider, { name: 'Plain keys' }));
  browser = await openBrowser({ popups: 'real' });
  page = await browser.newPage();
  await page.goto(product.origin);
});
after(async () => {
  await browser?.close();
  await scene?.stop();
  await product?.stop();
});

// Runs in the product's page, with `paragon` at hand.
const inPage = (body, argument) =>
  page.evaluate(
    `(async (argument) => { const { paragon } = window; ${body} })(${JSON.stringify(argument)})`,
  );

test('authenticate reads the user and the integrations', async () => {
  const names = [
    'ZEUS',
    'WORKER_PROXY',
    'HERMES',
    'API_TRIGGER_KIT',
    'CONNECT',
    'DASHBOARD',
    'CDN',
    'PASSPORT',
  ];
  const table = Object.fromEntries([
    ...names.map((name) => [`${name}_PUBLIC_URL`, world.origin]),
    ['PASSPORT_PRODUCTION_URL', world.origin],
  ]);
  const user = await inPage(
    `paragon.configureGlobal({ host: 'unused.invalid' }, argument.table);
    await paragon.authenticate(argument.projectId, argument.token, { metadata: { email: 'alice@example.com' } });
    return paragon.getUser();`,
    { table, projectId: world.projectId, token: world.user('alice').token },
  );
  assert.equal(user.authenticated, true);
  assert.equal(user.userId, 'alice');
  assert.equal(user.integrations['custom.madeupcrm'].enabled, false);
  const metadata = await inPage('return paragon.getIntegrationMetadata("custom.madeupcrm");');
  assert.equal(metadata.name, 'Made-up CRM');
  assert.equal((await world.user('alice').sdkJson('GET', '/me')).meta.Email, 'alice@example.com');
});

test('installIntegration opens the popup from a click and ends in one install event', async () => {
  await inPage(`window.events = []; paragon.subscribe('onIntegrationInstall', (event) => window.events.push(event));
    document.getElementById('go').onclick = () => {
      window.installed = paragon.installIntegration('custom.madeupcrm', {}).catch((error) => ({ error: String(error) }));
    };`);
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: 'Connect' }).click(),
  ]);
  await popup.getByRole('button', { name: 'Allow' }).click();
  const event = await inPage('return window.installed;');
  assert.equal(event.error, undefined);
  assert.equal(event.integrationType, 'custom.madeupcrm');
  assert.equal(await inPage('return window.events.length;'), 1);
  assert.equal(
    await inPage('return paragon.getUser().integrations["custom.madeupcrm"].enabled;'),
    true,
  );
});

test('request reaches the provider and unwraps the output', async () => {
  const contacts = await inPage(
    'return paragon.request("custom.madeupcrm", "/contacts", { method: "GET" });',
  );
  assert.equal(contacts.contacts[0].name, 'Ada Lovelace');
  const made = await inPage(
    'return paragon.request("custom.madeupcrm", "/contacts", { method: "POST", body: { name: "Mary" } });',
  );
  assert.equal(made.name, 'Mary');
  const failed =
    await inPage(`try { await paragon.request("custom.madeupcrm", "/status/422", {}); } catch (error) {
    return { message: error.message, response: error.response }; }`);
  assert.equal(failed.response.status, 422);
  assert.equal(failed.response.meta.isIntegrationError, true);
});

test("a provider's 401 does not log the client out", async () => {
  scene.provider.api.status = 401;
  const state =
    await inPage(`await paragon.request("custom.madeupcrm", "/contacts", {}).catch(() => {});
    return paragon.getUser();`);
  scene.provider.api.status = undefined;
  assert.equal(state.authenticated, true);
});

test('headless installation by input fields', async () => {
  const event = await inPage(`paragon.setHeadless(true);
    return new Promise((resolve, reject) => {
      paragon.installFlow.start('custom.plainkeys', {
        onNext: (stage) => { if (stage.stage === 'preOptions') paragon.installFlow.setPreOptions({ api_key: 'k' }); },
        onComplete: resolve, onError: (error) => reject(new Error(JSON.stringify(error))),
      });
    }).finally(() => paragon.setHeadless(false));`);
  assert.equal(
    event.integrationType ?? event.integrationId !== undefined,
    event.integrationType ?? true,
  );
  assert.equal(
    (await world.user('alice').sdkJson('GET', '/me')).integrations['custom.plainkeys'].enabled,
    true,
  );
});

test('setUserMetadata, settings and configurations', async () => {
  const meta = await inPage(
    'return (await paragon.setUserMetadata({ name: "Alice", plan: "pro" })).meta;',
  );
  assert.equal(meta.Name, 'Alice');
  const result = await inPage(
    `return paragon.updateIntegrationUserSettings('custom.madeupcrm', { region: 'eu' });`,
  );
  assert.deepEqual(result.errors ?? [], []);
  const me = await world.user('alice').sdkJson('GET', '/me');
  assert.equal(me.integrations['custom.madeupcrm'].sharedSettings.region, 'eu');
});

test('uninstallIntegration disconnects', async () => {
  await inPage('await paragon.uninstallIntegration("custom.madeupcrm");');
  assert.equal(
    await inPage('return paragon.getUser().integrations["custom.madeupcrm"].enabled;'),
    false,
  );
  assert.ok(scene.provider.revocations.length > 0);
});
