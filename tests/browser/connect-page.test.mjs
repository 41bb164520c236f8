// The stand-alone connect page in a real browser: through the provider's consent page, by form,
// and when it fails.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { openBrowser } from '../lib/browser.mjs';
import { startScene } from '../lib/scenes.mjs';
import { apiKeyDefinition, oauthDefinition } from '../lib/world.mjs';

let scene;
let world;
let browser;
let crm;
let client;

before(async () => {
  scene = await startScene();
  world = scene.world;
  client = scene.provider.addClient();
  crm = await world.integration(
    oauthDefinition(scene.provider, client, { accentColor: '#2f6f4f' }),
  );
  client.addRedirectUri(crm.redirectUrl);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await scene?.stop();
});

const newLink = async (userId, integration, more = {}) =>
  (
    await world.apiJson('POST', '/connect-links', {
      userId,
      integration: integration.type,
      ...more,
    })
  ).url;

// A page that fails the test when a script throws or the policy blocks something.
async function newPage(target = browser) {
  const page = await target.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Refused to/.test(message.text()))
      page.problems.push(message.text());
  });
  return page;
}

test('a user connects through the consent page', async () => {
  const page = await newPage();
  await page.goto(await newLink('alice', crm));
  assert.match(await page.title(), /Made-up CRM/);
  await page.getByRole('button', { name: /connect/i }).click();
  await page.getByRole('heading', { name: 'Made-up CRM' }).waitFor();
  assert.ok(page.url().startsWith(scene.provider.origin), page.url());
  await page.getByLabel('Your name').fill('grace');
  await page.getByRole('button', { name: 'Allow' }).click();
  await page
    .getByText(/connected/i)
    .first()
    .waitFor();
  assert.ok(page.url().startsWith(world.origin), page.url());
  assert.deepEqual(page.problems, []);
  const alice = world.user('alice');
  const [credential] = await alice.sdkJson('GET', '/credentials');
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerId, 'grace');
  assert.equal((await alice.proxy(crm, '/me')).json().output.id, 'grace');
  await page.close();
});

test('saying no leads back with clear words, and another try works', async () => {
  const page = await newPage();
  await page.goto(await newLink('bob', crm));
  await page.getByRole('button', { name: /connect/i }).click();
  await page.getByRole('button', { name: 'Deny' }).click();
  await page.getByRole('alert').first().waitFor();
  assert.deepEqual(await world.user('bob').sdkJson('GET', '/credentials'), []);
  await page
    .getByRole('button', { name: /connect|again/i })
    .first()
    .click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page
    .getByText(/connected/i)
    .first()
    .waitFor();
  assert.equal((await world.user('bob').sdkJson('GET', '/credentials')).length, 1);
  await page.close();
});

test('a link works in the one browser that used it first', async () => {
  const link = await newLink('carol', crm);
  const mine = await newPage();
  await mine.goto(link);
  await mine.getByRole('button', { name: /connect/i }).click();
  await mine.getByRole('button', { name: 'Allow' }).click();
  await mine
    .getByText(/connected/i)
    .first()
    .waitFor();
  const other = await openBrowser();
  try {
    const theirs = await newPage(other);
    const answer = await theirs.goto(link);
    assert.equal(answer.status(), 410);
    assert.equal(await theirs.getByRole('button', { name: /connect/i }).count(), 0);
  } finally {
    await other.close();
  }
  await mine.close();
});

test('input fields come first, and a wrong one is named beside the field', async () => {
  const keys = await world.integration(
    apiKeyDefinition(scene.provider, {
      name: 'Keys page',
      authentication: {
        method: 'basic',
        inputFields: [
          { id: 'account', title: 'Account name', pattern: '[a-z]{3,10}', subtitle: 'Lower case' },
          { id: 'api_key', title: 'API key', type: 'password' },
        ],
      },
    }),
  );
  const page = await newPage();
  await page.goto(await newLink('dave', keys));
  assert.equal(await page.getByLabel('API key').getAttribute('type'), 'password');
  await page.getByLabel('Account name').fill('NOT GOOD');
  await page.getByLabel('API key').fill('secret-of-dave');
  await page.evaluate(() =>
    document.querySelectorAll('form').forEach((form) => {
      form.noValidate = true;
    }),
  );
  await page.getByRole('button', { name: /connect/i }).click();
  await page
    .getByText(/account name/i)
    .first()
    .waitFor();
  assert.deepEqual(await world.user('dave').sdkJson('GET', '/credentials'), []);
  assert.ok(!(await page.content()).includes('secret-of-dave'), 'the key came back in the page');
  await page.getByLabel('Account name').fill('acme');
  await page.getByLabel('API key').fill('secret-of-dave');
  await page.getByRole('button', { name: /connect/i }).click();
  await page
    .getByText(/connected/i)
    .first()
    .waitFor();
  assert.deepEqual(page.problems, []);
  assert.equal((await world.user('dave').sdkJson('GET', '/credentials')).length, 1);
  await page.close();
});

test('a key that the provider refuses is told in words', async () => {
  const keys = await world.integration(
    apiKeyDefinition(scene.provider, {
      name: 'Refused page',
      api: { testEndpoint: { path: '/contacts' } },
    }),
  );
  const page = await newPage();
  await page.goto(await newLink('erin', keys));
  await page.getByLabel('API key').fill('not-a-token');
  await page.getByRole('button', { name: /connect/i }).click();
  await page.getByRole('alert').first().waitFor();
  assert.ok(!(await page.content()).includes('not-a-token'));
  await page.close();
});

test('hostile names are shown as text', async () => {
  const nasty = '<img src=x onerror="document.title=1"> "\'&';
  const keys = await world.integration(
    apiKeyDefinition(scene.provider, {
      name: nasty,
      slug: 'nasty',
      description: nasty,
      authentication: {
        method: 'basic',
        inputFields: [{ id: 'api_key', title: nasty, subtitle: nasty, placeholder: nasty }],
      },
    }),
  );
  const page = await newPage();
  await page.goto(await newLink('frank', keys));
  assert.ok((await page.getByRole('main').innerText()).includes('<img src=x'));
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  assert.deepEqual(page.problems, []);
  await page.close();
});

test('an expired or unknown link says so', async () => {
  const page = await newPage();
  const answer = await page.goto(`${world.origin}/connect/${'x'.repeat(43)}`);
  assert.ok([404, 410].includes(answer.status()), `${answer.status()}`);
  assert.ok((await page.getByRole('main').innerText()).length > 20);
  await page.close();
});

test('the page works at 320 px, by keyboard alone, and cannot be framed', async () => {
  const page = await newPage();
  await page.setViewportSize({ width: 320, height: 640 });
  const answer = await page.goto(await newLink('grace', crm));
  assert.match(answer.headers()['content-security-policy'], /frame-ancestors 'none'/);
  assert.match(answer.headers()['content-security-policy'], /script-src|default-src/);
  assert.ok(
    !/unsafe-inline/.test(
      answer.headers()['content-security-policy'].match(/script-src[^;]*/)?.[0] ?? '',
    ),
  );
  assert.equal(answer.headers()['referrer-policy'], 'no-referrer');
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - window.innerWidth,
  );
  assert.ok(overflow <= 0, `${overflow} px wider than the screen`);
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    if (
      await page.evaluate(
        () =>
          /connect/i.test(document.activeElement?.textContent ?? '') &&
          document.activeElement?.tagName === 'BUTTON',
      )
    )
      break;
  }
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Allow' }).waitFor();
  await page.close();
});
