// Time in the hands of a test: a wall clock for servers that the test moves, and waiting for an
// event with a bound.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { repositoryRoot } from './paths.mjs';

// A wall clock that runs like the machine's and that advance() moves on; give its `env` to the
// servers that shall live by it. Providers and the test itself keep the machine's time, and
// time limits of connections do not notice. `stop()` removes its files.
export class TestClock {
  #folder = mkdtempSync(join(tmpdir(), 'tenon-clock-'));
  #file;
  #shiftMs = 0;

  constructor() {
    const library = join(this.#folder, 'shifted_clock.so');
    const source = join(repositoryRoot, 'tests', 'lib', 'shifted_clock.c');
    execFileSync('clang-19', ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, source]);
    const shift = join(this.#folder, 'shift-ms');
    this.#file = openSync(shift, 'w');
    this.#write();
    this.env = { LD_PRELOAD: library, TENON_TEST_CLOCK: shift };
  }

  advance({ seconds = 0, hours = 0 }) {
    this.#shiftMs += (seconds + hours * 3600) * 1000;
    this.#write();
  }

  #write() {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(this.#shiftMs));
    writeSync(this.#file, bytes, 0, 8, 0);
  }

  stop() {
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

// Waits until `holds()` (which may be asynchronous) gives something true, and gives that; fails
// with `what` when that does not happen in time.
export async function until(what, holds, limitMs = 10_000) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not in ${limitMs} ms: ${what}`);
    await delay(5);
  }
}
