// `make demo` as a visitor sees it: connect, see contacts fetched through the proxy, disconnect.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startDemo } from '../../examples/demo/demo.mjs';
import { openBrowser } from '../lib/browser.mjs';

let demo;
let browser;

before(async () => {
  demo = await startDemo();
  browser = await openBrowser({ popups: 'real' });
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test('Orbit connects Acme CRM, shows its contacts, and disconnects', async () => {
  const page = await browser.newPage();
  await page.goto(demo.origin);
  const portal = page.frameLocator('#tenon-connect-frame');
  await page
    .getByRole('listitem')
    .filter({ hasText: /^Acme CRM/ })
    .first()
    .getByRole('button')
    .click();
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    portal.getByRole('button', { name: 'Connect Acme CRM' }).click(),
  ]);
  await popup.getByRole('heading', { name: 'Acme CRM' }).waitFor();
  await popup.getByRole('button', { name: 'Allow' }).click();
  await portal.getByText('Acme CRM is connected.').waitFor();
  await portal.getByRole('button', { name: 'Close' }).click();
  await page.getByText('Ada Lovelace').waitFor();
  await page.getByRole('button', { name: 'Manage' }).click();
  await portal.getByRole('button', { name: 'Disconnect' }).click();
  await portal.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('Nothing is connected yet.').waitFor();
});

test('the API key that the page tells connects too', async () => {
  const page = await browser.newPage();
  await page.goto(demo.origin);
  const portal = page.frameLocator('#tenon-connect-frame');
  const key = await page.locator('dd code').first().textContent();
  await page.getByRole('listitem').filter({ hasText: 'by API key' }).getByRole('button').click();
  await portal.getByLabel('API key', { exact: true }).fill(key);
  await portal.getByRole('button', { name: 'Connect', exact: true }).click();
  await portal.getByText('Acme CRM by API key is connected.').waitFor();
  await page.getByText('contacts through custom.acmekey').waitFor();
  assert.ok((await page.locator('#contacts li').count()) > 0);
});
