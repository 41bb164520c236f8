// The web apps and the SDK without a browser: types against the contract of the server under test, and unit tests.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import assert from 'node:assert/strict';
import { repositoryRoot, tenonBinary } from './lib/paths.mjs';

const contract = join(dirname(tenonBinary()), 'generated', 'contract', 'openapi.json');

function run(command, args) {
  const result = spawnSync(command, args, { cwd: repositoryRoot, encoding: 'utf8' });
  assert.equal(result.status, 0, `${result.error ?? ''}${result.stdout}${result.stderr}`);
}

const projects = ['web/packages', 'web/apps', 'sdk']
  .filter((folder) => existsSync(join(repositoryRoot, folder)))
  .flatMap((folder) =>
    readdirSync(join(repositoryRoot, folder)).map((name) => `${folder}/${name}`),
  )
  .filter((folder) => existsSync(join(repositoryRoot, folder, 'tsconfig.json')));

before(() => run(process.execPath, ['web/packages/api-client/generate.mjs', contract]));

test('there is something to check', () => {
  assert.ok(projects.includes('web/apps/dashboard'), projects.join());
});

for (const project of projects) {
  test(`${project} keeps to its types`, () => {
    run('node_modules/.bin/tsc', ['-p', project]);
  });
}

test('unit tests of the web apps pass', () => {
  run('node_modules/.bin/vitest', ['run', '--root', 'web']);
});

test('unit tests of the SDK pass', () => {
  run('node_modules/.bin/vitest', ['run', '--root', 'sdk/js']);
});

test('the SDK builds as the package that products install', () => {
  const outDir = mkdtempSync(join(tmpdir(), 'tenon-sdk-'));
  try {
    run('node_modules/.bin/tsc', ['-p', 'sdk/js/tsconfig.build.json', '--outDir', outDir]);
    for (const name of ['index.js', 'index.d.ts', 'server.js', 'server.d.ts']) {
      assert.ok(existsSync(join(outDir, name)), name);
    }
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
});
