// Starts and stops the real server: own process, port 0, own data folder, collected log.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tenonBinary } from './paths.mjs';
import { send } from './http.mjs';

const readyTimeoutMs = 60_000;
const stopTimeoutMs = 45_000;

// A freed block stays poisoned under AddressSanitizer only this long, so that memory tests mean
// something there too.
const sanitizerEnvironment = {
  ASAN_OPTIONS:
    'quarantine_size_mb=4:thread_local_quarantine_size_kb=64:malloc_context_size=8:detect_leaks=0',
  UBSAN_OPTIONS: 'print_stacktrace=1',
};

export function makeDataDir() {
  return mkdtempSync(join(tmpdir(), 'tenon-data-'));
}

// `allowEgress` is a list of "host:port"; `flags` more flags of `tenon serve`; `dataDir` one that
// exists already (it is then not removed at stop); `wrapper` a command to start it under, such as
// ['taskset', '-c', '0'].
export async function startTenon({
  allowEgress = [],
  flags = [],
  dataDir,
  env = {},
  listen = '127.0.0.1:0',
  wrapper = [],
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tenon-test-'));
  const data = dataDir ?? join(folder, 'data');
  const logFile = join(folder, 'log');
  const args = [
    ...wrapper,
    tenonBinary(),
    'serve',
    '--listen',
    listen,
    '--data',
    data,
    '--log-format',
    'json',
    ...allowEgress.flatMap((target) => ['--allow-egress', target]),
    ...flags,
  ];
  // A file, not a pipe: a test that is busy never holds the server up.
  const descriptor = openSync(logFile, 'a');
  const child = spawn(args[0], args.slice(1), {
    stdio: ['ignore', descriptor, descriptor],
    env: { ...process.env, ...sanitizerEnvironment, ...env },
  });
  closeSync(descriptor);
  const tenon = new Tenon(child, { data, folder, logFile });
  try {
    await tenon.waitUntilReady();
  } catch (error) {
    await tenon.stop();
    throw error;
  }
  return tenon;
}

export class Tenon {
  #exit;
  #setupToken;

  constructor(child, { data, folder, logFile }) {
    Object.assign(this, {
      child,
      data,
      folder,
      logFile,
      origin: undefined,
    });
    this.#exit = new Promise((resolve) => {
      child.on('error', (error) => resolve({ code: null, signal: null, error }));
      child.on('close', (code, signal) => resolve({ code, signal }));
    });
  }

  // Everything written to standard output and standard error so far; empty once stopped.
  output() {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
  }

  // The log's lines that are JSON.
  logLines() {
    return this.output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .flatMap((line) => {
        try {
          return [JSON.parse(line)];
        } catch {
          return [];
        }
      });
  }

  #readAddresses() {
    const text = this.output();
    const listening = text.match(/"event":"server\.listening","address":"([^"]+)","port":(\d+)/);
    if (listening) this.origin ??= `http://${listening[1]}:${listening[2]}`;
  }

  // Of the one-time link that a first start prints, once it has.
  get setupToken() {
    this.#setupToken ??= this.output().match(/\/setup\/([A-Za-z0-9_-]{16,})/)?.[1];
    return this.#setupToken;
  }

  async waitUntilReady() {
    const deadline = Date.now() + readyTimeoutMs;
    let exit;
    this.#exit.then((value) => {
      exit = value;
    });
    while (Date.now() < deadline) {
      if (exit) throw new Error(`tenon ended with ${JSON.stringify(exit)}:\n${this.output()}`);
      this.#readAddresses();
      if (this.origin && (await this.isReady())) return;
      await delay(20);
    }
    throw new Error(`tenon was not ready in ${readyTimeoutMs} ms:\n${this.output()}`);
  }

  async isReady() {
    try {
      return (
        (await send(`${this.origin}/readyz`, { keepAlive: false, timeoutMs: 5_000 })).status ===
        200
      );
    } catch {
      return false;
    }
  }

  // The value of one line of /metrics, 0 when it is not there yet.
  async metric(series) {
    const { text } = await send(`${this.origin}/metrics`, { keepAlive: false });
    const line = text.split('\n').find((one) => one.startsWith(`${series} `));
    return line ? Number(line.slice(series.length + 1)) : 0;
  }

  // Resolves with {code, signal} when the process has ended.
  exited() {
    return this.#exit;
  }

  signal(name) {
    this.child.kill(name);
  }

  // Resident set size in bytes, from the kernel.
  residentBytes() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(status.match(/^VmRSS:\s+(\d+) kB$/m)[1]) * 1024;
  }

  commandLine() {
    return readFileSync(`/proc/${this.child.pid}/cmdline`, 'utf8');
  }

  // SIGTERM, and SIGKILL when that does not end it in time. The data folder goes with it unless
  // it was given.
  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null && this.child.pid)
      this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), stopTimeoutMs);
    const exit = await this.#exit;
    clearTimeout(timer);
    rmSync(this.folder, { recursive: true, force: true });
    return exit;
  }

  // As a power cut: no time to write anything. The data folder stays.
  async kill() {
    this.child.kill('SIGKILL');
    return this.#exit;
  }
}

// Runs another command of the program to its end: {code, stdout, stderr}.
export function runTenon(args, { input = '', env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(tenonBinary(), args, {
      env: { ...process.env, ...sanitizerEnvironment, ...env },
    });
    const out = [];
    const err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    );
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
