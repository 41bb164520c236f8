// Settings in a real browser: what is shown once, what is never shown, what takes effect.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openBrowser } from '../lib/browser.mjs';
import { assertNoProblems, openProjectPage, signInBrowser } from '../lib/dashboard.mjs';
import { send } from '../lib/http.mjs';
import { startScene } from '../lib/scenes.mjs';
import { userToken } from '../lib/tokens.mjs';
import { apiKeyDefinition } from '../lib/world.mjs';

let scene;
let world;
let browser;

before(async () => {
  scene = await startScene();
  world = scene.world;
  browser = await openBrowser();
  await signInBrowser(browser, world);
});
after(async () => {
  await browser?.close();
  await scene?.stop();
});

const open = (path) => openProjectPage(browser, world, path);
const sdkStatus = async (token) =>
  (
    await send(`${world.origin}/projects/${world.projectId}/sdk/me`, {
      headers: { authorization: `Bearer ${token}` },
    })
  ).status;

test('a signing key is downloaded once, works at once, and is refused when revoked', async () => {
  const page = await open('settings/sdk');
  await page.getByRole('button', { name: 'Generate key' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Download/ }).click();
  const pem = readFileSync(await (await download).path(), 'utf8');
  assert.match(pem, /^-----BEGIN PRIVATE KEY-----/);
  await page.getByRole('button', { name: 'I have stored it' }).click();
  assert.ok(!(await page.content()).includes('PRIVATE KEY'), 'the key is still in the page');
  const token = userToken(pem, 'rotated', { projectId: world.projectId });
  assert.equal(await sdkStatus(token), 200);
  assert.equal(await sdkStatus(world.user('older').token), 200, 'the older key stays active');
  await page
    .getByRole('button', { name: /^Revoke key/ })
    .first()
    .click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke key' }).click();
  await page.getByText('The signing key is revoked.').waitFor();
  assert.equal(await sdkStatus(token), 401);
  assert.equal(await sdkStatus(world.user('older').token), 200);
  await page.getByText('Show revoked keys').click();
  await page.getByText('Revoked', { exact: true }).waitFor();
  assertNoProblems(page);
  await page.close();
});

test('a try-out token is a user token', async () => {
  const page = await open('settings/sdk');
  await page.getByLabel('User id').fill('tried-out');
  await page.getByRole('button', { name: 'Make token' }).click();
  const token = (
    await page.getByRole('region', { name: 'try-out token', exact: true }).innerText()
  ).trim();
  assert.equal(await sdkStatus(token), 200);
  await page.goto(`${world.origin}/p/${world.projectId}/users`);
  await page.getByRole('link', { name: 'tried-out' }).waitFor();
  assertNoProblems(page);
  await page.close();
});

test('an API key is shown once and dies when it is revoked', async () => {
  const page = await open('settings/api-keys');
  await page.getByRole('button', { name: 'New API key' }).click();
  await page.getByLabel('Name').fill('billing server');
  await page.getByRole('button', { name: 'Make key' }).click();
  const key = (await page.getByRole('region', { name: 'key', exact: true }).innerText()).trim();
  await page.getByRole('button', { name: 'I have stored it' }).click();
  const status = async () =>
    (
      await send(world.projectUrl('/integrations'), {
        headers: { authorization: `Bearer ${key}` },
      })
    ).status;
  assert.equal(await status(), 200);
  await page.reload();
  await page.getByText('billing server').waitFor();
  assert.ok(!(await page.content()).includes(key), 'the key is shown again');
  await page.getByRole('button', { name: 'Revoke billing server' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke key' }).click();
  await page.getByText('The API key is revoked.').waitFor();
  assert.equal(await status(), 401);
  assertNoProblems(page);
  await page.close();
});

test('a secret goes in, tells what uses it, and never comes out', async () => {
  const value = 'never-to-be-seen-again';
  const page = await open('settings/secrets');
  const answers = [];
  page.on('response', (response) => answers.push(response.text().catch(() => '')));
  await page.getByRole('button', { name: 'Add secret' }).click();
  await page.getByLabel('Name').fill('crm key');
  assert.equal(await page.getByLabel('Name').inputValue(), 'CRM_KEY');
  await page.getByLabel('Value', { exact: true }).fill(value);
  await page.getByRole('dialog').getByRole('button', { name: 'Add secret' }).click();
  await page.getByText('CRM_KEY is set.').waitFor();
  await world.integration(
    apiKeyDefinition(scene.provider, {
      name: 'Uses a secret',
      api: { headers: { 'X-Key': '{{ secrets.CRM_KEY }}' } },
    }),
  );
  await page.reload();
  await page.getByText('Uses a secret').waitFor();
  await page.getByRole('button', { name: 'Actions for CRM_KEY' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove secret' }).click();
  await page.getByRole('alertdialog').getByRole('alert').getByText('is used by').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.ok(!(await page.content()).includes(value));
  assert.ok(!(await Promise.all(answers)).some((text) => text.includes(value)));
  assertNoProblems(page);
  await page.close();
});

test('a role changes at once, with an undo; the last administrator stays one', async () => {
  const { email } = await world.invite('support');
  const page = await open('settings/members');
  const role = page.getByRole('button', { name: new RegExp(`Role of ${email}`) });
  await role.click();
  await page.getByRole('option', { name: /^Member/ }).click();
  await page.getByText(`${email} is now member.`).waitFor();
  const rolesNow = async () =>
    (await world.asDeveloper('GET', '/members')).items.find((m) => m.email === email).role;
  assert.equal(await rolesNow(), 'member');
  const undone = page.waitForResponse((r) => r.request().method() === 'PATCH');
  await page.getByRole('button', { name: 'Undo' }).click();
  await undone;
  assert.equal(await rolesNow(), 'support');
  await page.getByRole('button', { name: /Role of admin@example.com/ }).click();
  await page.getByRole('option', { name: /^Support/ }).click();
  await page
    .getByText(/administrator/)
    .last()
    .waitFor();
  const { items } = await world.asDeveloper('GET', '/members');
  assert.equal(items.find((member) => member.email === 'admin@example.com').role, 'admin');
  await page.close();
});

test('origins are checked while they are added, and removing one can be undone', async () => {
  const page = await open('settings/project');
  await page.getByLabel('Another origin').fill('https://app.example.com/path');
  await page.getByRole('button', { name: 'Add origin' }).click();
  await page.getByText('without a path').waitFor();
  await page.getByLabel('Another origin').fill('app.example.com');
  await page.getByRole('button', { name: 'Add origin' }).click();
  await page.getByRole('button', { name: 'Remove https://app.example.com' }).click();
  await page.getByText('is no longer allowed').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Remove https://app.example.com' }).waitFor();
  const { allowedOrigins } = await world.asDeveloper('GET', '');
  assert.ok(allowedOrigins.includes('https://app.example.com'));
  assertNoProblems(page);
  await page.close();
});

test('a new name shows everywhere, and the audit log tells who gave it', async () => {
  const page = await open('settings/project');
  await page.getByLabel('Project name').fill('Renamed');
  await page.getByRole('button', { name: 'Save name' }).click();
  await page.getByRole('button', { name: 'Project: Renamed' }).waitFor();
  await page.getByRole('link', { name: 'Audit log' }).click();
  const row = page.getByRole('row', { name: /project/i }).first();
  await row.getByText('admin@example.com').waitFor();
  await row.getByRole('button').click();
  await page.getByRole('dialog').getByText('Target').waitFor();
  assertNoProblems(page);
  await page.close();
});

test('the audit log is walked page by page, there and back', async () => {
  for (let change = 0; change < 60; change += 1)
    await world.asDeveloper('PUT', '/secrets/PAGED', { value: `${change}` });
  const page = await open('settings/audit-log');
  assert.equal(await page.getByRole('row').count(), 51);
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByText('Page 2').waitFor();
  await page.getByRole('button', { name: 'Newer' }).click();
  await page.getByText('Page 1').waitFor();
  assertNoProblems(page);
  await page.close();
});
