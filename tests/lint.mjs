// The house rules that a machine can judge: formatting, module direction, file sizes, capability
// anatomy, and that nothing in the repository names a machine or a download address.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { repositoryRoot } from './lib/paths.mjs';

const linesMax = 500;
const javascript = [
  'tests/**/*.mjs',
  'bench/*.mjs',
  'tools/*.mjs',
  'web/**/*.{ts,tsx,css}',
  'sdk/js/**/*.{ts,mjs}',
];

// Tracked files, and new ones that git does not ignore.
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: repositoryRoot,
})
  .toString()
  .split('\n')
  .filter((name) => name !== '' && existsSync(join(repositoryRoot, name)));
const read = (name) => readFileSync(join(repositoryRoot, name), 'utf8');
const matching = (pattern) => files.filter((name) => pattern.test(name));

test('C++ files are formatted (make format does it)', () => {
  const sources = matching(/^(server|tools)\/.*\.(h|cpp)$/);
  const result = spawnSync('clang-format-19', ['--dry-run', ...sources], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  const wrong = new Set(
    result.stderr
      .split('\n')
      .map((line) => line.match(/^(.*?):\d+:\d+: warning/)?.[1])
      .filter(Boolean),
  );
  assert.deepEqual([...wrong], [], result.error?.message);
});

test('JavaScript files are formatted (make format does it)', () => {
  const result = spawnSync(
    'node_modules/.bin/prettier',
    ['--list-different', '--no-error-on-unmatched-pattern', ...javascript],
    { cwd: repositoryRoot, encoding: 'utf8' },
  );
  assert.equal(result.status, 0, result.stdout + result.stderr);
});

test('includes follow server/MODULES', () => {
  const result = spawnSync('tools/check-modules.sh', ['.'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  assert.equal(result.status, 0, result.stdout + result.stderr);
});

test('no file is longer than the style allows', () => {
  const long = matching(/\.(h|cpp|mjs|ts|tsx|sh)$/)
    .map((name) => [name, read(name).split('\n').length - 1])
    .filter(([, lines]) => lines > linesMax);
  assert.deepEqual(long, []);
});

// src/features/<name>/… climbs out of its own folder only to shared/.
test('features of the dashboard do not import each other', () => {
  const wrong = matching(/^web\/apps\/dashboard\/src\/features\/.*\.tsx?$/).flatMap((name) => {
    const depth = name.split('/').length - 'web/apps/dashboard/src/features/x'.split('/').length;
    const out = new RegExp(`from '(?:\\.\\./){${depth}}(?!\\.\\./shared/)[^']*'`, 'g');
    return (read(name).match(out) ?? []).map((line) => `${name}: ${line}`);
  });
  assert.deepEqual(wrong, []);
});

// app/ holds operations of the program itself and is no capability.
test('every capability has its README', () => {
  const capabilities = new Set(
    matching(/^server\/[a-z_]+\/api\.yaml$/)
      .map((name) => name.split('/')[1])
      .filter((name) => name !== 'app'),
  );
  const missing = [...capabilities].filter(
    (name) => !existsSync(join(repositoryRoot, 'server', name, 'README.md')),
  );
  assert.deepEqual(missing, []);
});

test('the lock file has no download addresses', () => {
  const resolved = read('package-lock.json')
    .split('\n')
    .filter((line) => /"resolved": "https?:/.test(line));
  assert.deepEqual(resolved, []);
});

test('no tracked file is a build result or bigger than 1 MiB', () => {
  const wrong = files.filter(
    (name) =>
      /^(build|node_modules|data)\//.test(name) ||
      readFileSync(join(repositoryRoot, name)).length > 1 << 20,
  );
  assert.deepEqual(wrong, []);
});
