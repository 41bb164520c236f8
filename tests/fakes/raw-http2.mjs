// A TLS server that says it speaks HTTP/2 and then writes exactly the frames it is told, right or
// wrong. Fields are written as HPACK literals, so no table is needed.
import tls from 'node:tls';
import { once } from 'node:events';

export const frameTypes = {
  data: 0,
  headers: 1,
  rst: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
};
export const flags = { none: 0, ack: 1, endStream: 1, endHeaders: 4 };

export function frame(type, flag, streamId, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flag;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}
export function uint32(...values) {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
}
function integer(value, prefixBits) {
  const max = 2 ** prefixBits - 1;
  if (value < max) return [value];
  const bytes = [max];
  let rest = value - max;
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}
export function block(fields) {
  return Buffer.concat(
    Object.entries(fields).flatMap(([name, value]) => [
      Buffer.from([0, ...integer(name.length, 7)]),
      Buffer.from(name),
      Buffer.from(integer(value.length, 7)),
      Buffer.from(value, 'latin1'),
    ]),
  );
}
export const headers = (streamId, fields, flag = flags.endHeaders) =>
  frame(frameTypes.headers, flag, streamId, block(fields));
export const data = (streamId, text, flag = flags.none) =>
  frame(frameTypes.data, flag, streamId, Buffer.from(text));
export const settings = () => frame(frameTypes.settings, flags.none, 0);
const ok = (streamId) =>
  Buffer.concat([
    headers(streamId, { ':status': '200' }),
    data(streamId, 'fine', flags.endStream),
  ]);

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

// `script(socket, streamId, call)` runs for each request head; `call` counts them from 1 over all
// connections. Without a script every call is answered with 200 "fine".
export async function startRawHttp2(credentials) {
  const upstream = { script: undefined, calls: 0, connections: 0, sockets: new Set() };
  const server = tls.createServer({ ...credentials, ALPNProtocols: ['h2'] }, (socket) => {
    upstream.connections += 1;
    upstream.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => upstream.sockets.delete(socket));
    socket.write(settings());
    let received = Buffer.alloc(0);
    let inPreface = true;
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (inPreface && received.length < preface.length) return;
      if (inPreface) received = received.subarray(preface.length);
      inPreface = false;
      while (received.length >= 9) {
        const length = received.readUIntBE(0, 3);
        if (received.length < 9 + length) return;
        const [type, flag, streamId] = [received[3], received[4], received.readUInt32BE(5)];
        received = received.subarray(9 + length);
        if (type === frameTypes.settings && flag === flags.none)
          socket.write(frame(frameTypes.settings, flags.ack, 0));
        if (type !== frameTypes.headers) continue;
        upstream.calls += 1;
        if (upstream.script) upstream.script(socket, streamId, upstream.calls);
        else socket.write(ok(streamId));
      }
    });
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(upstream, {
    port: server.address().port,
    ok,
    stop: () => {
      server.close();
      for (const socket of upstream.sockets) socket.destroy();
    },
  });
}
