// An upstream that answers each request with exactly the bytes it was told, right or wrong.
import net from 'node:net';
import { once } from 'node:events';

// `answer` = {bytes, close}: written when a request's head has arrived; `close` ends the
// connection behind it.
export async function startRawUpstream() {
  const sockets = new Set();
  const upstream = { answer: { bytes: '', close: true }, connections: 0, received: [] };
  const server = net.createServer((socket) => {
    upstream.connections += 1;
    sockets.add(socket);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      upstream.received.push(chunk.toString('latin1'));
      if (!text.includes('\r\n\r\n')) return;
      text = '';
      const { bytes, close } = upstream.answer;
      if (bytes !== '') socket.write(Buffer.from(bytes, 'latin1'));
      if (close) socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  upstream.host = `127.0.0.1:${server.address().port}`;
  upstream.stop = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return upstream;
}
