// Runs the test stages named on the command line and closes with one line, "N passed, N failed",
// over all of them.
//
//   node tests/run.mjs unit lint web api browser readme     (all of them when none is named)
//   node tests/run.mjs api tests/api/proxy-exact.test.mjs
//
// Stages: unit (gtest binaries of build/dev through ctest), lint (tests/lint.mjs), web (types and
// unit tests of the web apps), api, browser and readme (node:test against the server in build/dev;
// the variable TENON names another binary).
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './lib/paths.mjs';

const resultsDir = join(repositoryRoot, 'build', 'test-results');
const stages = { unit, lint, web, api, browser, readme };
// Node 18 has no flag for it; there a hanging test is ended by the CI's own limit.
const isNode20 = Number(process.versions.node.split('.')[0]) >= 20;
const timeoutFlags = isNode20 ? ['--test-timeout=300000'] : [];
// Test files that mostly wait run beside each other.
const apiFlags = isNode20 ? ['--test-concurrency=3'] : [];

function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: repositoryRoot,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(127);
    });
    child.on('close', (code, signal) => resolve(signal ? 128 : code));
  });
}

function filesIn(folder, suffix) {
  const absolute = join(repositoryRoot, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute)
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => join(folder, name));
}

// gtest writes one XML file a binary; a binary that crashed leaves none, and then ctest's exit
// code tells.
async function unit(_files) {
  const xmlDir = join(resultsDir, 'unit');
  rmSync(xmlDir, { recursive: true, force: true });
  mkdirSync(xmlDir, { recursive: true });
  const code = await run(
    'tools/with-postgres.sh',
    ['ctest', '--preset', 'dev', '-j2', '--no-tests=error'],
    { GTEST_OUTPUT: `xml:${xmlDir}/`, GTEST_BRIEF: '1' },
  );
  let passed = 0;
  let failed = 0;
  for (const name of readdirSync(xmlDir)) {
    const head = readFileSync(join(xmlDir, name), 'utf8').match(
      /<testsuites tests="(\d+)" failures="(\d+)"[^>]*errors="(\d+)"/,
    );
    if (!head) continue;
    const bad = Number(head[2]) + Number(head[3]);
    failed += bad;
    passed += Number(head[1]) - bad;
  }
  if (code !== 0 && failed === 0) failed = 1;
  return { passed, failed };
}

async function lint(_files) {
  return nodeTest('lint', ['tests/lint.mjs']);
}

async function web(_files) {
  return nodeTest('web', ['tests/web.test.mjs']);
}

async function api(files) {
  return nodeTest(
    'api',
    [...filesIn('tests/fakes', '.test.mjs'), ...filesIn('tests/api', '.test.mjs')],
    files,
  );
}

async function browser(files) {
  return nodeTest('browser', filesIn('tests/browser', '.test.mjs'), files);
}

async function readme(_files) {
  return nodeTest('readme', ['tests/readme.test.mjs']);
}

async function nodeTest(stage, allFiles, chosenFiles = []) {
  const concurrency = stage === 'api' ? apiFlags : [];
  const files = chosenFiles.length > 0 ? chosenFiles : allFiles;
  const tap = join(resultsDir, `${stage}.tap`);
  const code = await run('tools/with-postgres.sh', [
    process.execPath,
    '--test',
    ...timeoutFlags,
    ...concurrency,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${tap}`,
    ...files,
  ]);
  const text = existsSync(tap) ? readFileSync(tap, 'utf8') : '';
  const count = (name) => Number(text.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0);
  const result = { passed: count('pass'), failed: count('fail') + count('cancelled') };
  if (code !== 0 && result.failed === 0) result.failed = 1;
  return result;
}

async function main() {
  const names = process.argv.slice(2).filter((argument) => argument in stages);
  const files = process.argv.slice(2).filter((argument) => !(argument in stages));
  mkdirSync(resultsDir, { recursive: true });
  const total = { passed: 0, failed: 0 };
  const lines = [];
  for (const name of names.length > 0 ? names : Object.keys(stages)) {
    console.log(`\n== ${name}`);
    const started = Date.now();
    const result = await stages[name](files);
    total.passed += result.passed;
    total.failed += result.failed;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    lines.push(`${name.padEnd(8)} ${result.passed} ok, ${result.failed} not ok, ${seconds} s`);
  }
  console.log(`\n${lines.join('\n')}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}

await main();
