// What is measured: an nginx upstream, Tenon with a connected user in front of it, and nginx
// doing the same with a fixed header.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import net from 'node:net';
import { once } from 'node:events';
import { World } from '../tests/lib/world.mjs';
import { startTenon } from '../tests/lib/tenon.mjs';
import { getBytes, loadCpu, postBytes, proxyCpu, startNginx, untilAnswering } from './lib.mjs';

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export async function startUpstream() {
  const port = await freePort();
  const body = 'x'.repeat(getBytes);
  const nginx = await startNginx(
    'upstream',
    `client_body_buffer_size 16k;\nserver {\nlisten 127.0.0.1:${port} backlog=2048;\n` +
      `location / {\ndefault_type application/octet-stream;\nreturn 200 '${body}';\n}\n}`,
    port,
    ['taskset', '-c', loadCpu],
  );
  return { ...nginx, port };
}

// The nginx that Tenon is compared with: keep-alive on both sides, one header replaced, no log.
export async function startNginxProxy(upstreamPort, wrapper = ['taskset', '-c', proxyCpu]) {
  const port = await freePort();
  const nginx = await startNginx(
    'proxy',
    `upstream provider {\nserver 127.0.0.1:${upstreamPort};\nkeepalive 256;\n` +
      'keepalive_requests 100000000;\n}\n' +
      `server {\nlisten 127.0.0.1:${port} backlog=2048;\nclient_body_buffer_size 16k;\nlocation / {\nproxy_pass http://provider;\n` +
      'proxy_http_version 1.1;\nproxy_set_header Connection "";\nproxy_set_header Host 127.0.0.1;\n' +
      'proxy_set_header Authorization "Bearer fixed-credential";\n}\n}',
    port,
    wrapper,
  );
  return {
    ...nginx,
    url: `http://127.0.0.1:${port}/bench`,
    headers: ['Authorization: Bearer user-token'],
  };
}

// Makes a data folder with a project, an integration and a connected user; gives how to call
// through it.
export async function prepareTenon(upstreamPort) {
  const dataDir = mkdtempSync(join(tmpdir(), 'tenon-bench-data-'));
  const tenon = await startTenon({ dataDir, allowEgress: [`127.0.0.1:${upstreamPort}`] });
  const world = await World.setUp(tenon);
  const integration = await world.integration({
    name: 'Bench',
    authentication: {
      method: 'basic',
      inputFields: [{ id: 'api_key', title: 'API key', type: 'password' }],
    },
    api: {
      baseUrl: `http://127.0.0.1:${upstreamPort}`,
      authorization: { type: 'bearer', token: '{{ inputs.api_key }}' },
    },
  });
  const user = world.user('bench', { lifeSeconds: 6 * 3600 });
  await user.connectedWithFields(integration, { api_key: 'sealed-credential' });
  const path = new URL(user.sdkUrl(`/proxy/${integration.type}/bench`)).pathname;
  await tenon.stop();
  return {
    dataDir,
    path,
    headers: [`Authorization: Bearer ${user.token}`, 'X-Paragon-Use-Raw-Response: 1'],
  };
}

// One worker, as nginx has one; metrics and access log on, the log going to a file.
export async function startPreparedTenon(
  prepared,
  upstreamPort,
  wrapper = ['taskset', '-c', proxyCpu],
) {
  const tenon = await startTenon({
    dataDir: prepared.dataDir,
    wrapper,
    allowEgress: [`127.0.0.1:${upstreamPort}`],
    flags: ['--workers', '1'],
  });
  const url = tenon.origin + prepared.path;
  const headers = Object.fromEntries(prepared.headers.map((line) => line.split(': ')));
  const first = await untilAnswering(url, headers);
  if (first.status !== 200)
    throw new Error(`a proxied call answers ${first.status}: ${first.text}`);
  return { pid: tenon.child.pid, url, headers: prepared.headers, tenon, stop: () => tenon.stop() };
}

export function writePostScript() {
  const file = join(mkdtempSync(join(tmpdir(), 'tenon-bench-')), 'post.lua');
  writeFileSync(
    file,
    `wrk.method = "POST"\nwrk.body = string.rep("x", ${postBytes})\n` +
      'wrk.headers["Content-Type"] = "application/octet-stream"\n',
  );
  return file;
}
