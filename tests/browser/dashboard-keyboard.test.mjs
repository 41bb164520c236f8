// The dashboard by keyboard alone: skipping to the content, the palette, shortcuts, and windows that give the focus back.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { openBrowser } from '../lib/browser.mjs';
import { assertNoProblems, openProjectPage, signInBrowser } from '../lib/dashboard.mjs';
import { givenTenon } from '../lib/world.mjs';

let world;
let browser;
let page;

before(async () => {
  world = await givenTenon();
  browser = await openBrowser();
  await signInBrowser(browser, world);
  page = await openProjectPage(browser, world, 'users');
});
after(async () => {
  await browser?.close();
  await world?.stop();
});

const focused = () =>
  page.evaluate(
    () =>
      document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent,
  );
const heading = (name) => page.getByRole('heading', { name, level: 1 }).waitFor();

test('the first stop skips to the content', async () => {
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
});

test('the palette finds a page by a few letters', async () => {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('audit');
  await page.getByRole('menuitem', { name: /Audit log/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await heading('Audit log');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('two letters lead to the main pages, and are left alone in a field', async () => {
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await heading('SDK setup');
  await page.getByLabel('User id').focus();
  await page.keyboard.type('gu?');
  assert.equal(await page.getByLabel('User id').inputValue(), 'test-usergu?');
  assert.equal(await page.getByRole('dialog').count(), 0);
});

test('a question mark lists the shortcuts, and Escape closes them', async () => {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('a window takes the focus and gives it back', async () => {
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.getByRole('link', { name: 'API keys' }).focus();
  await page.keyboard.press('Enter');
  await heading('API keys');
  await page.getByRole('button', { name: 'New API key' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('by keyboard');
  assert.equal(await page.getByLabel('Name').inputValue(), 'by keyboard');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await focused(), 'New API key');
});

test('a chosen theme stays after a reload', async () => {
  await page.getByRole('button', { name: /^Account/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Theme: dark' }).focus();
  await page.keyboard.press('Enter');
  await page.reload();
  await heading('API keys');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  assertNoProblems(page);
});
