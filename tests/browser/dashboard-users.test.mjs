// Connected users in a real browser: finding one, seeing how their accounts fare, and taking things away.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { assertNoProblems, openProjectPage } from '../lib/dashboard.mjs';
import { setStage } from '../lib/screens/stage.mjs';

let stage;
let world;

before(async () => {
  stage = await setStage();
  world = stage.world;
});
after(() => stage?.stop());

const open = (path) => openProjectPage(stage.browser, world, path);

test('users are found by part of their name', async () => {
  const page = await open('users');
  await page.getByRole('link', { name: 'katherine' }).waitFor();
  await page.getByRole('searchbox').fill('lovelace');
  await page.getByRole('link', { name: 'katherine' }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Ada Lovelace' }).click();
  await page.getByRole('heading', { name: 'Ada Lovelace', level: 1 }).waitFor();
  const account = page.getByRole('article', { name: 'Made-up CRM' });
  await account.getByText('Connected', { exact: true }).first().waitFor();
  await account.getByText('contacts.read contacts.write').waitFor();
  assertNoProblems(page);
  await page.close();
});

test('an account that the provider refuses says so, and why', async () => {
  const page = await open(`users/${stage.users.broken}`);
  const account = page.getByRole('article', { name: 'Revoked CRM' });
  await account.getByText('Needs reconnecting').waitFor();
  await account.getByText('invalid_grant', { exact: true }).waitFor();
  assertNoProblems(page);
  await page.close();
});

test('metadata is merged, and what is not JSON is not sent', async () => {
  const page = await open(`users/${stage.users.connected}`);
  const field = page.getByLabel('Metadata as JSON');
  await field.fill('{ "Name": ');
  await page.getByText('This is not JSON yet.').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Save metadata' }).isDisabled());
  await field.fill('{ "Name": "Ada King", "plan": "gold" }');
  await page.getByRole('button', { name: 'Save metadata' }).click();
  await page.getByRole('heading', { name: 'Ada King', level: 1 }).waitFor();
  const { meta } = await world.asDeveloper('GET', `/users/${stage.users.connected}`);
  assert.deepEqual(meta, { Name: 'Ada King', plan: 'gold' });
  assertNoProblems(page);
  await page.close();
});

test('a disabled user is refused until they are enabled again', async () => {
  const user = world.user('grace');
  const { items } = await world.asDeveloper('GET', '/users?search=grace');
  const page = await open(`users/${items[0].id}`);
  await page.getByRole('button', { name: 'Disable user' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Disable user' }).click();
  await page.getByText('grace is disabled.').waitFor();
  assert.ok((await user.sdk('GET', '/me')).status >= 401);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('grace is enabled.').waitFor();
  assert.equal((await user.sdk('GET', '/me')).status, 200);
  assertNoProblems(page);
  await page.close();
});

test('disconnecting asks first and forgets the account', async () => {
  const page = await open(`users/${stage.users.connected}`);
  await page.getByRole('button', { name: 'Disconnect Made-up CRM' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  const listed = () => world.user('ada@acme.example').sdkJson('GET', '/credentials');
  assert.equal((await listed()).length, 1);
  await page.getByRole('button', { name: 'Disconnect Made-up CRM' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('No connected accounts').waitFor();
  assert.equal((await listed()).length, 0);
  assertNoProblems(page);
  await page.close();
});

test('deleting a user needs their id typed', async () => {
  const { items } = await world.asDeveloper('GET', '/users?search=katherine');
  const page = await open(`users/${items[0].id}`);
  await page.getByRole('button', { name: 'Delete user' }).click();
  const dialog = page.getByRole('alertdialog');
  const confirm = dialog.getByRole('button', { name: 'Delete user' });
  assert.ok(await confirm.isDisabled());
  await dialog.getByRole('textbox').fill('somebody else');
  assert.ok(await confirm.isDisabled());
  await dialog.getByRole('textbox').fill('katherine');
  await confirm.click();
  await page.getByRole('heading', { name: 'Connected users', level: 1 }).waitFor();
  assert.deepEqual((await world.asDeveloper('GET', '/users?search=katherine')).items, []);
  assertNoProblems(page);
  await page.close();
});

test('a hostile name stays text', async () => {
  const nasty = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  await world.user('nasty').sdkJson('PATCH', '/me', { meta: { Name: nasty, Email: nasty } });
  const page = await open('users');
  await page.getByRole('link', { name: nasty }).click();
  await page.getByRole('heading', { name: nasty, level: 1 }).waitFor();
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  assertNoProblems(page);
  await page.close();
});
