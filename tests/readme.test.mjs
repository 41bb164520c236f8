// The README's walk, command by command. Blocks are marked by comments that readers do not see:
// `walk: background …` is started and left running, `walk: run` must end well, `walk: expect` is
// what the block above printed ("…" stands for anything), and two steps are done in a real
// browser.
//
// What differs from a reader's machine: free ports in place of 7300 and 7400, and the server
// under test in place of `make run` and build/release/tenon, which make test has built another
// way already.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import net from 'node:net';
import { once } from 'node:events';
import { openBrowser } from './lib/browser.mjs';
import { repositoryRoot, tenonBinary } from './lib/paths.mjs';

const folder = mkdtempSync(join(tmpdir(), 'tenon-readme-'));
const children = [];
const variables = {}; // what the set-up page's lines export
let output = ''; // of the last command
let background = ''; // of everything that runs beside

after(async () => {
  for (const child of children.reverse()) {
    if (child.exitCode === null) {
      process.kill(-child.pid, 'SIGTERM');
      await once(child, 'close');
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// What a reader waits for before the next step.
const readyLines = { 'background provider': /CRM listens/, 'background server': /setup\// };

// Every marked block of the README: {step, text}.
function readWalk() {
  const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
  return [...readme.matchAll(/<!-- walk: (.*?) -->\n```\w*\n([\s\S]*?)```/g)].map(
    ([, step, text]) => ({ step, text }),
  );
}

function shell(command, options = {}) {
  return spawn('bash', ['-euo', 'pipefail', '-c', command], {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
}

async function run(command) {
  // Later blocks use the variables of earlier ones, as in one terminal.
  const child = shell(`${command}\necho\necho "TOKEN=\${TOKEN:-}"`);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, `${command}\n${text}\n${background}`);
  const [, printed, token] = text.match(/^([\s\S]*?)\n?TOKEN=(.*)\n$/);
  if (token) variables.TOKEN = token;
  return printed.trim();
}

function start(command) {
  const child = shell(command, { detached: true });
  children.push(child);
  const collect = (chunk) => {
    background += chunk;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
}

async function until(pattern) {
  const deadline = Date.now() + 60_000;
  while (!pattern.test(background)) {
    assert.ok(Date.now() < deadline, `${pattern} was not printed:\n${background}`);
    await delay(20);
  }
  return background.match(pattern);
}

async function setUpInBrowser(browser) {
  const [link] = await until(/http:\/\/127\.0\.0\.1:\d+\/setup\/[A-Za-z0-9_-]+/);
  const page = await browser.newPage();
  await page.goto(link);
  await page.getByLabel(/e-?mail/i).fill('ada@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByLabel(/project/i).fill('My product');
  await page.getByRole('button', { name: 'Create administrator' }).click();
  const lines = await page.locator('pre', { hasText: 'TENON_API_KEY' }).innerText();
  for (const [, name, value] of lines.matchAll(/^export (TENON_\w+)=(.*)$/gm))
    variables[name] = value;
  assert.deepEqual(
    Object.keys(variables)
      .filter((name) => name.startsWith('TENON_'))
      .sort(),
    ['TENON_API_KEY', 'TENON_PROJECT', 'TENON_SERVER'],
  );
  await page.close();
}

async function connectInBrowser(browser) {
  const page = await browser.newPage();
  await page.goto(output);
  await page.getByRole('button', { name: /connect/i }).click();
  await page
    .getByRole('button', { name: 'Allow' })
    .click()
    .catch(async (error) => {
      throw new Error(
        `${error.message}\n${page.url()}\n${await page.innerText('body')}\n${background}`,
      );
    });
  await page
    .getByText(/connected/i)
    .first()
    .waitFor();
  await page.close();
}

function matches(actual, expected) {
  const pattern = expected
    .trim()
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  assert.match(actual, new RegExp(`^${pattern}$`));
}

test("the README's walk works as written", { timeout: 240_000 }, async () => {
  for (const name of readdirSync(repositoryRoot)) {
    if (!['.git', 'data', 'crm.yaml'].includes(name))
      symlinkSync(join(repositoryRoot, name), join(folder, name));
  }
  const [tenonPort, providerPort] = [await freePort(), await freePort()];
  const adapt = (text) =>
    text
      .replaceAll('7300', tenonPort)
      .replaceAll('7400', providerPort)
      .replace('make provider', `PORT=${providerPort} node tests/fakes/provider.mjs`)
      .replace(/make run ARGS="(.*)"/, `${tenonBinary()} serve --listen 127.0.0.1:${tenonPort} $1`)
      .replaceAll('build/release/tenon', tenonBinary());
  const browser = await openBrowser();
  try {
    const walk = readWalk();
    assert.ok(walk.length >= 9, `${walk.length} marked blocks`);
    for (const { step, text } of walk) {
      if (step.startsWith('background')) {
        start(adapt(text));
        await until(readyLines[step]);
      } else if (step === 'run') output = await run(adapt(text));
      else if (step === 'expect') matches(output, adapt(text));
      else if (step === 'set up in the browser') await setUpInBrowser(browser);
      else if (step === 'open in the browser') {
        matches(output, adapt(text));
        await connectInBrowser(browser);
      } else assert.fail(`README.md: unknown step "${step}"`);
    }
  } finally {
    await browser.close();
  }
});
