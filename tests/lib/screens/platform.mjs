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

// Answers a call of the page in the server's place, for states that a real server shows once or seldom.
const answering = (page, pattern, status, json) =>
  page.route(pattern, (route) => route.fulfill({ status, json }));

// A screen whose calls are partly answered here.
const staged = (name, path, answers, then, whose = 'browser') => ({
  name,
  open: async (stage) => {
    const page = await watchedPage(stage[whose]);
    for (const [pattern, status, json] of answers) await answering(page, pattern, status, json);
    await page.goto(`${stage.world.origin}${path(stage.world)}`);
    await settled(page);
    await then?.(page);
    return page;
  },
});

const failure = {
  message: 'The database is away.',
  code: 'storage.unavailable',
  status: 500,
  meta: {},
};
const ended = { message: 'Sign in first.', code: 'auth.required', status: 401, meta: {} };

async function fillSetup(page) {
  await page.getByLabel('E-mail address').fill('ada@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: 'Create administrator' }).click();
  await page.getByRole('heading', { name: 'Tenon is set up' }).waitFor();
}

const stagedScreens = [
  staged(
    'setup-done',
    () => `/setup/${'x'.repeat(43)}`,
    [
      [
        '**/api/v1/setup',
        201,
        { account: {}, project: { id: 'ca0a8d4c-6bfb-40a1-91ee-48f5c56b206a' }, csrfToken: 'x' },
      ],
      ['**/api-keys', 201, { id: 'x', name: 'First key', key: `tnk_${'x'.repeat(43)}` }],
    ],
    fillSetup,
    'visitorBrowser',
  ),
  staged(
    'join',
    () => `/join#${'x'.repeat(43)}`,
    [
      [
        '**/invitations/inspect',
        200,
        {
          email: 'kim@example.com',
          role: 'member',
          projectName: 'My product',
          accountExists: false,
        },
      ],
    ],
    (page) => page.getByRole('button', { name: 'Join' }).waitFor(),
    'visitorBrowser',
  ),
  // The fault itself is told in the console, as it should be.
  staged(
    'crash',
    () => '/account',
    [['**/api/v1/session', 500, failure]],
    async (page) => {
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      page.problems = page.problems.filter((problem) => !problem.includes(failure.message));
    },
  ),
  staged(
    'users-failed',
    (world) => `/p/${world.projectId}/users`,
    [['**/api/v1/**/users?*', 500, failure]],
    (page) => page.getByRole('button', { name: 'Try again' }).waitFor(),
  ),
  staged(
    'users-none',
    (world) => `/p/${world.projectId}/users`,
    [['**/api/v1/**/users?*', 200, { items: [], nextCursor: null }]],
    (page) => page.getByText('No connected users yet').waitFor(),
  ),
  staged(
    'secrets-none',
    (world) => `/p/${world.projectId}/settings/secrets`,
    [['**/api/v1/**/secrets', 200, { items: [], nextCursor: null }]],
    (page) => page.getByText('No environment secrets').waitFor(),
  ),
  {
    name: 'session-ended',
    open: async ({ browser, world }) => {
      const page = await watchedPage(browser);
      await answering(page, '**/api/v1/**/secrets', 401, ended);
      await page.goto(`${world.origin}/p/${world.projectId}/settings/secrets`);
      await page.getByRole('dialog', { name: 'Sign in again' }).waitFor();
      return page;
    },
  },
];

export const platformScreens = [
  ...stagedScreens,
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
  project('navigation', 'users', async (page) => {
    await page.setViewportSize({ width: 360, height: 780 });
    await page.getByRole('button', { name: 'Open navigation' }).click();
    await page.getByRole('link', { name: 'Settings' }).waitFor();
  }),
  project('project-menu', 'users', async (page) => {
    await page.getByRole('button', { name: /^Project:/ }).click();
    await page.getByRole('menuitem').first().waitFor();
  }),
  project('account-menu', 'users', async (page) => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem').first().waitFor();
  }),
  project('toast', 'settings/project', async (page) => {
    await page.getByRole('button', { name: /^Remove https/ }).click();
    await page.getByText('is no longer allowed').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: /^Remove https/ }).waitFor();
  }),
  project('palette', 'users', async (page) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('menuitem').first().waitFor();
  }),
  project('shortcuts', 'users', async (page) => {
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
  }),
];
