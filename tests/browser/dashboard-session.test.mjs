// Sessions in a real browser: one that ends in the middle of a form, one that changes in another tab, the list of them,
// and a new password.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { openBrowser } from '../lib/browser.mjs';
import { assertNoProblems, openProjectPage, signInBrowser } from '../lib/dashboard.mjs';
import { givenTenon } from '../lib/world.mjs';

let world;
let browser;

before(async () => {
  world = await givenTenon();
  browser = await openBrowser();
  await signInBrowser(browser, world);
});
after(async () => {
  await browser?.close();
  await world?.stop();
});

async function forgetSession() {
  await browser.context.clearCookies();
}

test('a session that ends in the middle of a form asks for the password and sends the form after all', async () => {
  const page = await openProjectPage(browser, world, 'settings/secrets');
  await page.getByRole('button', { name: 'Add secret' }).click();
  await page.getByLabel('Name').fill('KEPT');
  await page.getByLabel('Value', { exact: true }).fill('typed before the end');
  await forgetSession();
  await page.getByRole('dialog').getByRole('button', { name: 'Add secret' }).click();
  const again = page.getByRole('dialog', { name: 'Sign in again' });
  await again
    .getByLabel(/^Password of/, { exact: false })
    .first()
    .fill('wrong');
  await again.getByRole('button', { name: 'Sign in' }).click();
  await again.getByRole('alert').waitFor();
  await again
    .getByLabel(/^Password of/)
    .first()
    .fill(world.password);
  await again.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('KEPT is set.').waitFor();
  const { items } = await world.asDeveloper('GET', '/secrets');
  assert.deepEqual(
    items.map(({ name }) => name),
    ['KEPT'],
  );
  assertNoProblems(page);
  await page.close();
});

test('"Not now" leaves the form as it was', async () => {
  const page = await openProjectPage(browser, world, 'settings/project');
  await page.getByLabel('Another origin').fill('https://kept.example.com');
  await forgetSession();
  await page.getByRole('button', { name: 'Add origin' }).click();
  await page.getByRole('button', { name: 'Not now' }).click();
  assert.equal(await page.getByLabel('Another origin').inputValue(), 'https://kept.example.com');
  await page.getByRole('button', { name: 'Add origin' }).click();
  const again = page.getByRole('dialog', { name: 'Sign in again' });
  await again
    .getByLabel(/^Password of/)
    .first()
    .fill(world.password);
  await again.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Remove https://kept.example.com' }).waitFor();
  await page.close();
});

test('a tab whose session was replaced in another tab goes on', async () => {
  const page = await openProjectPage(browser, world, 'settings/project');
  await forgetSession();
  const other = await browser.newPage();
  await other.goto(`${world.origin}/sign-in`);
  await other.getByLabel('E-mail address').fill('admin@example.com');
  await other.getByLabel('Password', { exact: true }).fill(world.password);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByRole('heading', { name: 'Integrations', level: 1 }).waitFor();
  await other.close();
  await page.getByLabel('Project name').fill('From the first tab');
  await page.getByRole('button', { name: 'Save name' }).click();
  await page.getByRole('button', { name: 'Project: From the first tab' }).waitFor();
  assertNoProblems(page);
  await page.close();
});

test('other sessions are listed and end when told to; a new password ends the rest', async () => {
  const page = await browser.newPage();
  await page.goto(`${world.origin}/account`);
  const table = page.getByRole('table', { name: 'Sessions' });
  await table.getByText('This one').waitFor();
  const before = await table.getByRole('row').count();
  assert.ok(before >= 3, `${before} rows`);
  await table
    .getByRole('button', { name: /^End session/ })
    .first()
    .click();
  await page.getByText('The session has ended.').waitFor();
  await page.getByLabel('Current password', { exact: true }).fill('not my password');
  await page.getByLabel('New password', { exact: true }).fill('another long password');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('region', { name: 'Password' }).getByRole('alert').waitFor();
  await page.getByLabel('Current password', { exact: true }).fill(world.password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your password is changed.').waitFor();
  await page.waitForFunction(
    () =>
      document.querySelectorAll('table:last-of-type button[aria-label^="End session"]').length ===
      0,
  );
  await page.close();
});
