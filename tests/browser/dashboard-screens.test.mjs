// What every screen of the dashboard must hold: nothing that axe objects to in either theme, nothing wider than a
// narrow window, nothing that the content security policy has to refuse; and what it costs to load.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { assertNoProblems, axeViolations, overflow, watchedPage } from '../lib/dashboard.mjs';
import { send } from '../lib/http.mjs';
import { allScreens } from '../lib/screens/all.mjs';
import { setStage } from '../lib/screens/stage.mjs';

const initialScriptBytesMax = 180 * 1024;
const narrow = { width: 360, height: 780 };
const wide = { width: 1280, height: 860 };

let stage;
before(async () => {
  stage = await setStage();
});
after(() => stage?.stop());

for (const screen of allScreens) {
  test(`${screen.name} is accessible and fits`, async () => {
    const page = await screen.open(stage);
    for (const [colorScheme, size] of [
      ['light', wide],
      ['dark', narrow],
    ]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(size);
      await page.evaluate(() => new Promise(requestAnimationFrame));
      assert.deepEqual(await axeViolations(page), [], `${colorScheme}, ${size.width} px`);
      assert.ok((await overflow(page)) <= 0, `wider than ${size.width} px`);
    }
    assertNoProblems(page);
    await page.close();
  });
}

test('the page allows no inline script or style, no framing, and is asked for anew', async () => {
  for (const path of [
    '/',
    '/sign-in',
    `/setup/${'x'.repeat(20)}`,
    '/join',
    '/account',
    '/p/x',
    '/p/x/y/z',
  ]) {
    const { status, headers } = await send(`${stage.world.origin}${path}`);
    assert.equal(status, 200, path);
    const policy = headers['content-security-policy'];
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(headers['cache-control'], 'no-cache');
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['referrer-policy'], 'no-referrer');
  }
  const page = await send(`${stage.world.origin}/`);
  assert.doesNotMatch(page.text, /<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=/);
});

test('a script that somehow got into the page is refused', async () => {
  const page = await watchedPage(stage.visitorBrowser);
  await page.goto(`${stage.world.origin}/sign-in`);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "hostile"';
    document.body.append(script);
  });
  assert.notEqual(await page.title(), 'hostile');
  assert.match(page.problems.join('\n'), /Content Security Policy/);
  await page.close();
});

test('only the dashboard has pages; other addresses answer as an API does', async () => {
  for (const path of [
    '/nowhere',
    '/api/v1/nowhere',
    '/index.html',
    '/assets/dashboard/index.html',
  ]) {
    const { status, headers } = await send(`${stage.world.origin}${path}`);
    assert.equal(status, 404, path);
    assert.match(headers['content-type'], /json/);
  }
});

test('files are compressed, kept for good, and the first ones stay small', async () => {
  const page = await watchedPage(stage.browser);
  const scripts = new Map();
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith('/assets/dashboard/') && pathname.endsWith('.js'))
      scripts.set(pathname, response.headers());
  });
  await page.goto(`${stage.world.origin}/p/${stage.world.projectId}/integrations`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  let bytes = 0;
  for (const [path, headers] of scripts) {
    const sent = await send(`${stage.world.origin}${path}`, {
      headers: { 'accept-encoding': 'br, gzip' },
    });
    bytes += sent.body.length;
    assert.match(headers['cache-control'], /immutable/, path);
    assert.match(headers['content-type'], /^text\/javascript/);
  }
  assert.ok(scripts.size > 1, `${scripts.size} scripts: routes are not split`);
  assert.ok(bytes < initialScriptBytesMax, `${bytes} bytes of script at first`);
  await page.close();
});
