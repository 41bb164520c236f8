// The dashboard in a real browser: signed-in pages that remember everything that went wrong on them, and what every
// screen must hold.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

// A page whose `problems` collects scripts that threw and everything that the content security policy refused. A
// refused call of ours is no problem of the page, so failed requests are not collected.
export async function watchedPage(browser) {
  const page = await browser.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    if (/^Failed to load resource/.test(message.text())) return;
    page.problems.push(message.text());
  });
  return page;
}

// Gives the browser the administrator's session (or another's), as if they had signed in in it.
export async function signInBrowser(browser, world, { visitor } = world) {
  await browser.context.addCookies([
    {
      name: 'tenon_session',
      value: visitor.cookie(world.origin, 'tenon_session'),
      url: world.origin,
      httpOnly: true,
      sameSite: 'Lax',
    },
  ]);
}

export const projectPage = (world, path = '') => `${world.origin}/p/${world.projectId}/${path}`;

// A page of the project, shown and at rest.
export async function openProjectPage(browser, world, path) {
  const page = await watchedPage(browser);
  await page.goto(projectPage(world, path));
  await settled(page);
  return page;
}

// Nothing is loading any more: no grey bars, no spinner.
export async function settled(page) {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.tn-skeleton, .tn-spinner'));
}

// Violations found by axe, as short lines.
export async function axeViolations(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help} – ${node.target.join(' ')} – ${node.failureSummary}`),
  );
}

// How many pixels the page is wider than the window.
export const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

export function assertNoProblems(page) {
  assert.deepEqual(page.problems, []);
}
