// make bench: Tenon's proxy against nginx doing the same with a fixed header, in one run, as
// ratios. Writes bench/results.md.
//
//   node bench/run.mjs [--rounds 5] [--seconds 2] [--skip-counts]
//
// Wall and CPU times swing on shared machines, so each value is divided by nginx's of the same
// round, rounds are short and interleaved, and the median is taken. Instruction and system-call
// counts repeat within a few per cent.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../tests/lib/paths.mjs';

// Without debug information, which valgrind 3.19 cannot read when clang 19 wrote it.
const folder = mkdtempSync(join(tmpdir(), 'tenon-bench-'));
const binary = join(folder, 'tenon');
execFileSync('strip', [
  '--strip-debug',
  '-o',
  binary,
  process.env.TENON ?? join(repositoryRoot, 'build', 'release', 'tenon'),
]);
process.env.TENON = binary;
const { getBytes, measure, median, postBytes, quantile, run } = await import('./lib.mjs');
const { prepareTenon, startNginxProxy, startPreparedTenon, startUpstream, writePostScript } =
  await import('./scene.mjs');
const { countInstructions, countSystemCalls } = await import('./counts.mjs');

const option = (name, otherwise) => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? otherwise : Number(process.argv[index + 1]);
};
const rounds = option('rounds', 5);
const seconds = option('seconds', 2);
const skipCounts = process.argv.includes('--skip-counts');
const connectionCounts = [1, 16, 64];

// CPU per request at most this many times nginx's.
const cpuRatioMark = 1.25;

async function compare(proxies, postScript) {
  const cells = [];
  for (const [kind, script] of [
    [`GET ${getBytes} B`, undefined],
    [`POST ${postBytes} B`, postScript],
  ]) {
    for (const connections of connectionCounts)
      cells.push({ kind, script, connections, rounds: [] });
  }
  for (const proxy of Object.values(proxies))
    await measure({ ...proxy, connections: 16, seconds: 1 }); // warm
  for (let round = 0; round < rounds; round += 1) {
    for (const cell of cells) {
      const names = round % 2 === 0 ? ['nginx', 'tenon'] : ['tenon', 'nginx'];
      const result = {};
      for (const name of names) {
        result[name] = await measure({
          ...proxies[name],
          script: cell.script,
          connections: cell.connections,
          seconds,
        });
      }
      cell.rounds.push(result);
      process.stderr.write('.');
    }
  }
  process.stderr.write('\n');
  return cells;
}

function row({ kind, connections, rounds: results }) {
  const ratios = (name) => results.map((result) => result.tenon[name] / result.nginx[name]);
  const spread = (values) =>
    `${median(values).toFixed(2)} [${quantile(values, 0.25).toFixed(2)}–${quantile(values, 0.75).toFixed(2)}]`;
  const absolute = (name, field, digits) =>
    median(results.map((result) => result[name][field])).toFixed(digits);
  return (
    `| ${kind} | ${connections} | ${spread(ratios('cpuMicroseconds'))} | ${spread(ratios('throughput'))} ` +
    `| ${absolute('tenon', 'cpuMicroseconds', 1)} / ${absolute('nginx', 'cpuMicroseconds', 1)} ` +
    `| ${absolute('tenon', 'throughput', 0)} / ${absolute('nginx', 'throughput', 0)} |`
  );
}

function countsTable(counts) {
  if (!counts) return 'Not counted in this run (`--skip-counts`).';
  const line = (name) =>
    `| ${name} | ${Math.round(counts[name].instructions)} | ${counts[name].systemCalls16.toFixed(2)} ` +
    `| ${counts[name].systemCalls1.toFixed(2)} |`;
  return [
    '| proxy | user instructions per request | system calls per request, c = 16 | c = 1 |',
    '| --- | --- | --- | --- |',
    line('tenon'),
    line('nginx'),
  ].join('\n');
}

// nginx prints it to standard error: "nginx version: nginx/1.22.1".
function nginxVersion() {
  return spawnSync('nginx', ['-v'], { encoding: 'utf8' }).stderr.trim().split(' ').pop();
}

function report(cells, counts) {
  const revision = run('git', ['-C', repositoryRoot, 'rev-parse', '--short', 'HEAD']).trim();
  const worst = Math.max(
    ...cells
      .filter((cell) => cell.connections > 1)
      .map((cell) =>
        median(
          cell.rounds.map((result) => result.tenon.cpuMicroseconds / result.nginx.cpuMicroseconds),
        ),
      ),
  );
  const load = existsSync('/proc/loadavg')
    ? readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
    : '?';
  return `# Proxy against nginx

Written by \`make bench\` (\`node bench/run.mjs --rounds ${rounds} --seconds ${seconds}\`) at revision ${revision}, on ${new Date().toISOString().slice(0, 10)}.
Machine: ${cpus().length} × ${cpus()[0].model.trim()}, Linux ${release()}, load ${load} at the end.

The proxy alone is on cpu0 with one worker; its nginx upstream and wrk (one thread) are on cpu1. Tenon checks the user
token and puts the credential in on every call (a verified token is believed for 30 s, an opened credential stays in
memory until it is idle for 60 s), with metrics and access log on; nginx
(${nginxVersion()}) sets a fixed header and logs nothing.
CPU is \`/proc/PID/task/*/schedstat\` over wrk's request count. Each ratio is taken within one round (order reversed every
round); shown are median and [quartiles] of ${rounds} rounds.

| call | connections | CPU per request, Tenon ÷ nginx | throughput, Tenon ÷ nginx | CPU µs, Tenon / nginx | requests per second, Tenon / nginx |
| --- | --- | --- | --- | --- | --- |
${cells.map(row).join('\n')}

First mark: CPU per request at most ${cpuRatioMark} × nginx. Worst median at 16 and 64 connections: ${worst.toFixed(2)} ×, ${worst <= cpuRatioMark ? 'reached' : 'missed'}.

## Counts
GET of ${getBytes} B. Instructions: callgrind over the whole process, difference of 4,000 and 1,000 requests
(\`h2load --h1 -c16\`). System calls: \`strace -c -f\` over 5,000 requests.

${countsTable(counts)}
`;
}

async function main() {
  const upstream = await startUpstream();
  const prepared = await prepareTenon(upstream.port);
  const proxies = {
    nginx: await startNginxProxy(upstream.port),
    tenon: await startPreparedTenon(prepared, upstream.port),
  };
  const cells = await compare(proxies, writePostScript());
  await proxies.nginx.stop();
  await proxies.tenon.stop();
  let counts;
  if (!skipCounts) {
    const start = {
      nginx: (wrapper) => startNginxProxy(upstream.port, wrapper),
      tenon: (wrapper) => startPreparedTenon(prepared, upstream.port, wrapper),
    };
    counts = {};
    for (const name of Object.keys(start)) {
      counts[name] = {
        instructions: await countInstructions(start[name]),
        systemCalls16: await countSystemCalls(start[name], 16),
        systemCalls1: await countSystemCalls(start[name], 1),
      };
    }
  }
  await upstream.stop();
  rmSync(prepared.dataDir, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  const file = join(repositoryRoot, 'bench', 'results.md');
  const text = report(cells, counts);
  writeFileSync(file, text);
  console.log(text);
}

await main();
