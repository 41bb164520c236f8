// A DNS server on a loopback port. `names` maps a name to a function of the question's type ('A',
// 'AAAA') and of how often that was asked before; it gives a list of addresses or aliases
// ({cname: …}), 'silent', 'truncated' or 'refused'. Other names do not exist. Every answer may be
// kept for no time at all.
import dgram from 'node:dgram';
import { once } from 'node:events';

const types = new Map([
  [1, 'A'],
  [28, 'AAAA'],
]);

export async function startDnsServer() {
  const dns = { names: new Map(), questions: [] }; // {name, type}
  const socket = dgram.createSocket('udp4');
  socket.on('message', (query, peer) => {
    const reply = answer(dns, query);
    if (reply) socket.send(reply, peer.port, peer.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  dns.host = `127.0.0.1:${socket.address().port}`;
  dns.stop = () => new Promise((resolve) => socket.close(resolve));
  return dns;
}

function answer(dns, query) {
  const { name, end } = readName(query, 12);
  const type = types.get(query.readUInt16BE(end));
  const asked = dns.questions.filter((one) => one.name === name && one.type === type).length;
  dns.questions.push({ name, type });
  const known = dns.names.get(name);
  const records = known ? known(type, asked) : 'unknown';
  if (records === 'silent') return undefined;
  const codes = { unknown: 3, refused: 5 };
  const isList = Array.isArray(records);
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  const truncated = records === 'truncated' ? 0x0200 : 0;
  head.writeUInt16BE(0x8180 | truncated | (codes[records] ?? 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(isList ? records.length : 0, 6);
  const question = query.subarray(12, end + 4);
  return Buffer.concat([head, question, ...(isList ? encodeRecords(name, records) : [])]);
}

function readName(query, from) {
  const labels = [];
  let at = from;
  while (query[at] !== 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
    at += query[at] + 1;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

const encodeName = (name) =>
  Buffer.concat([
    ...name
      .split('.')
      .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);

// An alias holds for the records behind it.
function encodeRecords(asked, records) {
  let owner = asked;
  return records.map((record) => {
    const bytes = record.cname ? encodeName(record.cname) : addressBytes(record);
    const type = record.cname ? 5 : bytes.length === 4 ? 1 : 28;
    const fixed = Buffer.alloc(10); // type, class, life 0, length
    fixed.writeUInt16BE(type, 0);
    fixed.writeUInt16BE(1, 2);
    fixed.writeUInt16BE(bytes.length, 8);
    const encoded = Buffer.concat([encodeName(owner), fixed, bytes]);
    if (record.cname) owner = record.cname;
    return encoded;
  });
}

// IPv4 with dots; IPv6 as eight groups, or with one `::`.
function addressBytes(text) {
  if (!text.includes(':')) return Buffer.from(text.split('.').map(Number));
  const [left, right = ''] = text.split('::');
  const groups = (part) => (part === '' ? [] : part.split(':'));
  const missing = 8 - groups(left).length - groups(right).length;
  const all = [...groups(left), ...Array(missing).fill('0'), ...groups(right)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
