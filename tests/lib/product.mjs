// A product's page that embeds a client: the published one (newest or the previous major) unmodified,
// or Tenon's own SDK. The page stands on another origin than Tenon.
//
//   const product = await startProduct(world, 'published');
//   const page = await product.open(browser, 'alice');
//   page.inPage('return paragon.getUser();')
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHttpServer } from '../fakes/http-server.mjs';
import { repositoryRoot } from './paths.mjs';

const packages = { published: '@useparagon/connect', previous: '@useparagon/connect-previous' };
const commonJs =
  '<script>var module = { exports: {} }, exports = module.exports;</script><script src="/client.js"></script>' +
  '<script>window.paragon = module.exports.paragon;</script>';

function addressTable(origin) {
  const names = 'ZEUS WORKER_PROXY HERMES API_TRIGGER_KIT CONNECT DASHBOARD CDN PASSPORT'.split(
    ' ',
  );
  return {
    ...Object.fromEntries(names.map((name) => [`${name}_PUBLIC_URL`, origin])),
    PASSPORT_PRODUCTION_URL: origin,
  };
}

export const publishedClients = ['published', 'previous'];

export async function startProduct(world, client, { headers = {}, allow = true } = {}) {
  const isOwn = client === 'tenon';
  const script = isOwn
    ? undefined
    : readFileSync(join(repositoryRoot, 'node_modules', packages[client], 'dist/src/index.js'));
  const load = isOwn ? `<script src="${world.origin}/sdk/tenon.js"></script>` : commonJs;
  const html = `<!doctype html><html lang="en"><title>A product</title><main><h1>A product</h1>
    <button id="go">Go</button></main>${load}</html>`;
  const requests = [];
  const http = await startHttpServer((request, response, url) => {
    requests.push(url);
    const isScript = url.pathname === '/client.js';
    response.writeHead(200, {
      ...headers,
      'content-type': isScript ? 'text/javascript' : 'text/html',
    });
    response.end(isScript ? script : html);
  });
  if (allow) await world.allowOrigins([http.origin]);
  return {
    origin: http.origin,
    requests,
    stop: () => http.stop(),
    open: (browser, sub, options) => openPage(world, http.origin, browser, sub, options),
  };
}

async function openPage(world, origin, browser, sub, { path = '/', token, pageOptions } = {}) {
  const page = await browser.newPage(pageOptions);
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text()))
      page.problems.push(message.text());
  });
  await page.goto(`${origin}${path}`);
  // Runs in the product's page, with `paragon` and `argument` at hand.
  page.inPage = (body, argument) =>
    page.evaluate(
      `(async (argument) => { const { paragon } = window; ${body} })(${JSON.stringify(argument)})`,
    );
  // Whatever the body starts begins in a real click, as popup blockers want it.
  page.onClick = async (body, argument) => {
    await page.inPage(
      `document.getElementById('go').onclick = () => { window.result = (async () => { ${body} })()
         .then((value) => ({ value }), (error) => ({ error: error?.message ?? String(error), name: error?.name })); };`,
      argument,
    );
    await page.getByRole('button', { name: 'Go', exact: true }).click();
  };
  page.result = () => page.inPage('return window.result;');
  page.portal = page.frameLocator('iframe[id$="connect-frame"]');
  await page.inPage(
    `paragon.configureGlobal({ host: 'unused.invalid' }, argument.table);
     await paragon.authenticate(argument.projectId, argument.token);`,
    {
      table: addressTable(world.origin),
      projectId: world.projectId,
      token: token ?? world.user(sub).token,
    },
  );
  return page;
}
