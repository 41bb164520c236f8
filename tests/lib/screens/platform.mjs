// Every screen and state of the dashboard outside of catalog, builder and integration pages. A screen is {name, open}:
// open(stage) gives a page at rest. `stage` is {world, browser, visitorBrowser, users}: signed in and not.
import { openProjectPage, settled, watchedPage } from '../dashboard.mjs';

const project = (name, path, then) => ({
  name,
  open: async ({ browser, world, users }) => {
    const page = await openProjectPage(
      browser,
      world,
      typeof path === 'function' ? path(users) : path,
    );
    await then?.(page);
    return page;
  },
});

const outside = (name, path, then) => ({
  name,
  open: async ({ visitorBrowser, world }) => {
    const page = await watchedPage(visitorBrowser);
    await page.goto(`${world.origin}${path}`);
    await settled(page);
    await then?.(page, world);
    return page;
  },
});

const press = (name) => async (page) => {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('dialog').or(page.getByRole('alertdialog')).waitFor();
};

export const platformScreens = [
  outside('sign-in', '/sign-in'),
  outside('sign-in-refused', '/sign-in', async (page) => {
    await page.getByLabel('E-mail address').fill('nobody@example.com');
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
  }),
  outside('setup', `/setup/${'x'.repeat(43)}`),
  outside('setup-problems', `/setup/${'x'.repeat(43)}`, async (page) => {
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await page.getByText('Enter an e-mail address.').waitFor();
  }),
  outside('join-refused', `/join#${'x'.repeat(43)}`),
  project('users', 'users'),
  project('users-nobody-found', 'users', async (page) => {
    await page.getByRole('searchbox').fill('no such user');
    await page.getByText('Nobody matches').waitFor();
  }),
  project('user', (users) => `users/${users.connected}`),
  project('user-invalid', (users) => `users/${users.broken}`),
  project('user-delete', (users) => `users/${users.connected}`, press('Delete user')),
  project('settings-sdk', 'settings/sdk'),
  project('settings-sdk-new-key', 'settings/sdk', press('Generate key')),
  project('settings-api-keys', 'settings/api-keys'),
  project('settings-api-keys-new', 'settings/api-keys', press('New API key')),
  project('settings-secrets', 'settings/secrets'),
  project('settings-secrets-add', 'settings/secrets', press('Add secret')),
  project('settings-members', 'settings/members'),
  project('settings-members-invite', 'settings/members', press('Invite')),
  project('settings-project', 'settings/project'),
  project('settings-audit-log', 'settings/audit-log'),
  project('not-found', 'nowhere'),
  {
    name: 'no-such-project',
    open: async ({ browser, world }) => {
      const page = await watchedPage(browser);
      await page.goto(`${world.origin}/p/00000000-0000-4000-8000-000000000000/users`);
      await settled(page);
      return page;
    },
  },
  {
    name: 'account',
    open: async ({ browser, world }) => {
      const page = await watchedPage(browser);
      await page.goto(`${world.origin}/account`);
      await settled(page);
      return page;
    },
  },
  project('palette', 'users', async (page) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('menuitem').first().waitFor();
  }),
  project('shortcuts', 'users', async (page) => {
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
  }),
];
