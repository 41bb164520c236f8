// make soak: half an hour of ordinary calls and faults; afterwards memory, descriptors and
// threads must be where they were once warm.
//
//   node bench/soak.mjs [--minutes 30] [--rate 200]
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { repositoryRoot } from '../tests/lib/paths.mjs';

process.env.TENON ??= join(repositoryRoot, 'build', 'release', 'tenon');
const { keyConnection, oauthConnection, startScene } = await import('../tests/lib/scenes.mjs');

const option = (name, otherwise) => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? otherwise : Number(process.argv[index + 1]);
};
const minutes = option('minutes', 30);
const rate = option('rate', 200);
const growthMax = 2 << 20;
const concurrencyMax = 200;

function sample(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))[1]);
  return {
    residentBytes: number('VmRSS') * 1024,
    threads: number('Threads'),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

// What callers and providers do to a proxy, drawn evenly.
function actions({ provider, world }, { crm, user }, { keys }) {
  return [
    () => user.proxy(crm, '/contacts'),
    () =>
      user.proxy(crm, '/contacts', {
        method: 'POST',
        body: '{"name":"x"}',
        headers: { 'content-type': 'application/json' },
      }),
    () => user.proxy(keys, '/download?bytes=300000', { raw: true }),
    () => user.proxy(keys, '/status/500'),
    () => user.proxy(keys, '/cut', { raw: true }),
    () => user.proxy(keys, '/sse?count=3&intervalMs=50'),
    async () => {
      const answer = await user.proxy(keys, '/held/soak', { raw: true, stream: true });
      answer.request.destroy();
    },
    () => user.sdk('GET', '/me'),
    () => world.api('GET', '/integrations'),
    () => user.proxy(keys, '/contacts', { headers: { 'x-paragon-credential': 'ext:nobody' } }),
    () => world.user(`soak-${Math.floor(Math.random() * 500)}`).sdk('GET', '/credentials'),
    async () => {
      if (Math.random() < 0.01) provider.forgetAccessTokens();
    },
  ];
}

async function main() {
  const scene = await startScene();
  const connection = await oauthConnection(scene);
  const keyed = await keyConnection(scene, { user: connection.user });
  const choices = actions(scene, connection, keyed);
  const { pid } = scene.world.tenon.child;
  const started = Date.now();
  const end = started + minutes * 60_000;
  const warmUntil = started + Math.min((minutes * 60_000) / 3, 300_000);
  let warm;
  let sent = 0;
  let open = 0;
  let unexpected = 0;
  while (Date.now() < end) {
    const due = ((Date.now() - started) / 1000) * rate;
    while (sent < due && open < concurrencyMax) {
      sent += 1;
      open += 1;
      Promise.resolve(choices[sent % choices.length]())
        .then(
          (answer) => {
            if (answer?.status === 500 && !answer.text?.includes('isIntegrationError'))
              unexpected += 1;
          },
          () => {},
        )
        .finally(() => {
          open -= 1;
        });
    }
    if (!warm && Date.now() > warmUntil) warm = sample(pid);
    await delay(5);
  }
  while (open > 0) await delay(20);
  await delay(2_000);
  const last = sample(pid);
  await scene.stop();
  const growth = last.residentBytes - warm.residentBytes;
  console.log(JSON.stringify({ minutes, sent, unexpected, warm, last, growth }));
  const isGood =
    growth <= growthMax &&
    unexpected === 0 &&
    last.threads === warm.threads &&
    Math.abs(last.descriptors - warm.descriptors) <= concurrencyMax;
  console.log(isGood ? '1 passed, 0 failed' : '0 passed, 1 failed');
  process.exitCode = isGood ? 0 : 1;
}

await main();
