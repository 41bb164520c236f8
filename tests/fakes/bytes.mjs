// Large bodies that are the same every time and need no memory: a repeated block of pseudo-random
// bytes.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

const blockBytes = 64 * 1024;

function makeBlock() {
  const block = Buffer.alloc(blockBytes);
  let state = 0x9e3779b9;
  for (let index = 0; index < blockBytes; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    block[index] = state >>> 24;
  }
  return block;
}
export const block = makeBlock();

// The chunks of a body of `bytes` bytes.
export function* patternChunks(bytes) {
  for (let left = bytes; left > 0; left -= blockBytes) {
    yield left >= blockBytes ? block : block.subarray(0, left);
  }
}

export function patternStream(bytes) {
  return Readable.from(patternChunks(bytes), { objectMode: false, highWaterMark: 4 * blockBytes });
}

export function patternSha256(bytes) {
  const hash = createHash('sha256');
  for (const chunk of patternChunks(bytes)) hash.update(chunk);
  return hash.digest('hex');
}

// Reads a stream to its end without keeping it: {bytes, sha256}.
export async function digestStream(stream) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
