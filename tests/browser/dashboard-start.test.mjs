// The first run in a real browser: the set-up link, the lines that it ends with, signing in and out, invitations, and
// the ways out of addresses that lead nowhere.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { openBrowser } from '../lib/browser.mjs';
import { assertNoProblems, settled, watchedPage } from '../lib/dashboard.mjs';
import { send } from '../lib/http.mjs';
import { startTenon } from '../lib/tenon.mjs';

const password = 'a long enough password';
let tenon;
let browser;
let projectId;

before(async () => {
  tenon = await startTenon();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await tenon?.stop();
});

async function signIn(page, email, secret = password) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('the set-up link names what is wrong, then makes an administrator, a project and a key', async () => {
  const page = await watchedPage(browser);
  const answer = await page.goto(`${tenon.origin}/setup/${tenon.setupToken}`);
  assert.equal(answer.headers()['referrer-policy'], 'no-referrer');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create administrator' }).click();
  await page.getByText('Enter an e-mail address.').waitFor();
  await page.getByText('The password needs at least 10 characters.').waitFor();
  await page.getByLabel('E-mail address').fill('ada@example.com');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Project name').fill('My product');
  await page.getByRole('button', { name: 'Create administrator' }).click();
  const lines = await page.locator('pre', { hasText: 'TENON_API_KEY' }).innerText();
  const [, key] = lines.match(/^export TENON_API_KEY=(tnk_\S+)$/m);
  [, projectId] = lines.match(/^export TENON_PROJECT=(\S+)$/m);
  assert.match(lines, new RegExp(`^export TENON_SERVER=${tenon.origin}$`, 'm'));
  const called = await send(`${tenon.origin}/api/v1/projects/${projectId}/integrations`, {
    headers: { authorization: `Bearer ${key}` },
  });
  assert.equal(called.status, 200);
  await page.getByRole('link', { name: 'Open the dashboard' }).click();
  await page.getByRole('heading', { name: 'Integrations', level: 1 }).waitFor();
  assert.equal(new URL(page.url()).pathname, `/p/${projectId}/integrations`);
  assertNoProblems(page);
  await page.close();
});

test('the link works once', async () => {
  const page = await watchedPage(browser);
  await page.goto(`${tenon.origin}/setup/${tenon.setupToken}`);
  await page.getByLabel('E-mail address').fill('eve@example.com');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create administrator' }).click();
  await page.getByRole('alert').getByText('has been used').waitFor();
  await page.close();
});

test('signing out ends the session, and signing in leads back to where one was going', async () => {
  const page = await watchedPage(browser);
  await page.goto(tenon.origin);
  await page.getByRole('heading', { name: 'Integrations', level: 1 }).waitFor();
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto(`${tenon.origin}/p/${projectId}/settings/api-keys`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await signIn(page, 'ada@example.com', 'not the password');
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByLabel('E-mail address').inputValue(), 'ada@example.com');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
  await page.getByText('First key').waitFor();
  assertNoProblems(page);
  await page.close();
});

test('a link that would lead elsewhere after signing in leads home', async () => {
  const other = await openBrowser();
  try {
    const page = await watchedPage(other);
    await page.goto(`${tenon.origin}/sign-in?next=${encodeURIComponent('//evil.example/x')}`);
    await signIn(page, 'ada@example.com');
    await page.getByRole('heading', { name: 'Integrations', level: 1 }).waitFor();
    assert.equal(new URL(page.url()).origin, tenon.origin);
  } finally {
    await other.close();
  }
});

test('addresses that lead nowhere have a way out', async () => {
  const page = await watchedPage(browser);
  for (const path of [`/p/${projectId}/nowhere`, '/p/not-a-project/users']) {
    await page.goto(`${tenon.origin}${path}`);
    await settled(page);
    await page
      .getByRole('main')
      .getByRole('link', { name: /^Go to/ })
      .click();
    await page.getByRole('heading', { name: 'Integrations', level: 1 }).waitFor();
  }
  assertNoProblems(page);
  await page.close();
});

test('an invited colleague chooses a password and sees the project in the role given', async () => {
  const page = await watchedPage(browser);
  await page.goto(`${tenon.origin}/p/${projectId}/settings/members`);
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByLabel('E-mail address').fill('sam@example.com');
  await page.getByRole('dialog').getByRole('button', { name: /Role/ }).click();
  await page.getByRole('option', { name: /^Support/ }).click();
  await page.getByRole('button', { name: 'Make invitation link' }).click();
  const link = await page.locator('pre', { hasText: '/join#' }).innerText();
  await page.getByRole('button', { name: 'Done' }).click();
  await page
    .getByRole('region', { name: 'Open invitations' })
    .getByText('sam@example.com')
    .waitFor();
  const other = await openBrowser();
  try {
    const theirs = await watchedPage(other);
    await theirs.goto(link.trim());
    await theirs.getByRole('heading', { name: 'Join My product' }).waitFor();
    await theirs.getByLabel('Choose a password', { exact: true }).fill(password);
    await theirs.getByRole('button', { name: 'Join' }).click();
    await theirs.getByRole('heading', { name: 'Integrations', level: 1 }).waitFor();
    await theirs.goto(`${tenon.origin}/p/${projectId}/settings/api-keys`);
    await theirs.getByText('Only administrators see this').waitFor();
    assert.equal(await theirs.getByRole('button', { name: 'New API key' }).count(), 0);
    assertNoProblems(theirs);
  } finally {
    await other.close();
  }
  await page.reload();
  await page.getByRole('table', { name: 'Members' }).getByText('sam@example.com').waitFor();
  await page.close();
});

test('a second project is made from the switcher, and one switches back', async () => {
  const page = await watchedPage(browser);
  await page.goto(`${tenon.origin}/p/${projectId}/users`);
  await page.getByRole('button', { name: 'Project: My product' }).click();
  await page.getByRole('menuitem', { name: 'New project' }).click();
  await page.getByLabel('Name').fill('Staging');
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('button', { name: 'Project: Staging' }).waitFor();
  assert.ok(!page.url().includes(projectId), page.url());
  await page.goto(tenon.origin);
  await page.getByRole('button', { name: 'Project: Staging' }).click();
  await page.getByRole('menuitem', { name: /^My product/ }).click();
  await page.getByRole('button', { name: 'Project: My product' }).waitFor();
  assert.ok(page.url().includes(projectId), page.url());
  assertNoProblems(page);
  await page.close();
});
