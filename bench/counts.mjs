// Counts that repeat: user instructions by callgrind and system calls by strace. `start(wrapper)`
// starts a proxy under a command and gives {pid, url, headers, stop}.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { runAsync, stopChild } from './lib.mjs';

const fewRequests = 1_000;
const manyRequests = 4_000;
const tracedRequests = 5_000;

async function load(proxy, requests, connections) {
  const output = await runAsync('h2load', [
    '--h1',
    '-t1',
    `-c${connections}`,
    `-n${requests}`,
    ...proxy.headers.flatMap((header) => ['-H', header]),
    proxy.url,
  ]);
  if (!output.includes(`${requests} succeeded`))
    throw new Error(`h2load: not all of ${requests} succeeded\n${output}`);
}

// Instructions of a whole process that served `requests`.
async function instructionsFor(start, requests) {
  const folder = mkdtempSync(join(tmpdir(), 'tenon-bench-callgrind-'));
  const proxy = await start([
    'valgrind',
    '--tool=callgrind',
    `--callgrind-out-file=${folder}/out.%p`,
    '--quiet',
  ]);
  await load(proxy, requests, 16);
  await proxy.stop();
  const totals = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .map((text) => Number(text.match(/^(?:totals|summary): (\d+)/m)?.[1] ?? 0));
  rmSync(folder, { recursive: true, force: true });
  return totals.reduce((a, b) => a + b, 0);
}

// Per request: what 4,000 requests cost more than 1,000.
export async function countInstructions(start) {
  const few = await instructionsFor(start, fewRequests);
  const many = await instructionsFor(start, manyRequests);
  return (many - few) / (manyRequests - fewRequests);
}

export async function countSystemCalls(start, connections) {
  const proxy = await start([]);
  await load(proxy, 200, connections);
  const strace = spawn('strace', ['-c', '-f', '-p', String(proxy.pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  strace.stderr.on('data', (chunk) => {
    output += chunk;
  });
  while (!output.includes('attached'))
    await Promise.race([once(strace.stderr, 'data'), delay(100)]);
  await load(proxy, tracedRequests, connections);
  await stopChild(strace, 'SIGINT');
  await proxy.stop();
  const total = output.match(/^\s*100\.00\s+\S+\s+\S*\s+(\d+)(?:\s+\d+)?\s+total$/m);
  if (!total) throw new Error(`strace printed no total:\n${output}`);
  return Number(total[1]) / tracedRequests;
}
