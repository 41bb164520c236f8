// Measuring: processes pinned to a core, CPU time from the scheduler, wrk, medians.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { send } from '../tests/lib/http.mjs';

// The proxy under test has a core of its own; the upstream and the load share the other one.
export const proxyCpu = '0';
export const loadCpu = '1';

export const getBytes = 1_024;
export const postBytes = 10_240;

export function median(values) {
  return quantile(values, 0.5);
}

export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const low = Math.floor(place);
  return (
    sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (place - low)
  );
}

// Nanoseconds of CPU that all threads of a process have used.
export function cpuNanoseconds(pid) {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    try {
      return (
        sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
      );
    } catch {
      return sum; // the thread has just ended
    }
  }, 0);
}

export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20, ...options });
  if (result.error) throw result.error;
  if (result.status !== 0)
    throw new Error(`${command} ${args.join(' ')}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

export async function untilAnswering(url, headers = {}) {
  for (let attempt = 0; attempt < 2_000; attempt += 1) {
    try {
      return await send(url, { headers, keepAlive: false, timeoutMs: 30_000 });
    } catch {
      await delay(20);
    }
  }
  throw new Error(`nothing answers at ${url}`);
}

// nginx with one worker in the foreground, so that its threads are its process's.
export async function startNginx(name, config, port, wrapper) {
  const folder = mkdtempSync(join(tmpdir(), `tenon-bench-${name}-`));
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off;\nmaster_process off;\npid ${folder}/pid;\nerror_log ${folder}/error.log;\n` +
      'worker_rlimit_nofile 4096;\nevents { worker_connections 2048; }\n' +
      `http {\naccess_log off;\nkeepalive_requests 100000000;\nclient_body_temp_path ${folder}/body;\n` +
      `proxy_temp_path ${folder}/proxy;\nfastcgi_temp_path ${folder}/f;\nuwsgi_temp_path ${folder}/u;\nscgi_temp_path ${folder}/s;\n` +
      `${config}\n}\n`,
  );
  const [command, ...args] = [...wrapper, 'nginx', '-p', folder, '-c', file];
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await untilAnswering(`http://127.0.0.1:${port}/`);
  return { pid: child.pid, stop: () => stopChild(child, 'SIGTERM') };
}

export function stopChild(child, signal = 'SIGTERM') {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.on('close', resolve);
    child.kill(signal);
    return undefined;
  });
}

// One cell: wrk against `url` for `seconds`, with the CPU that `pid` used meanwhile.
export async function measure({ url, headers, script, connections, seconds, pid }) {
  const before = cpuNanoseconds(pid);
  const output = await runAsync('taskset', [
    '-c',
    loadCpu,
    'wrk',
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
    ...headers.flatMap((header) => ['-H', header]),
    ...(script ? ['-s', script] : []),
    url,
  ]);
  const used = cpuNanoseconds(pid) - before;
  const [, requests, elapsed] = output.match(/(\d+) requests in ([\d.]+)s/);
  const failures =
    Number(output.match(/Non-2xx or 3xx responses: (\d+)/)?.[1] ?? 0) +
    [...output.matchAll(/Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/g)]
      .flatMap((match) => match.slice(1).map(Number))
      .reduce((a, b) => a + b, 0);
  if (failures > 0)
    throw new Error(`${failures} of ${requests} requests failed at ${url}:\n${output}`);
  return {
    throughput: Number(requests) / Number(elapsed),
    cpuMicroseconds: used / Number(requests) / 1_000,
  };
}

export function runAsync(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${command} ${args.join(' ')}\n${output}`)),
    );
  });
}
