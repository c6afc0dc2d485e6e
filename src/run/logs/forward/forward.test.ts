import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fakeHost } from '../testing/index.ts';
import {
  type Destination,
  fileDestination,
  httpDestination,
  openForwarder,
  openSpool,
  type SentRecord,
  syslogDestination,
  syslogMessage,
} from './index.ts';

function record(id: string, text = `text ${id}`): SentRecord {
  return {
    id,
    timeMs: 0,
    project: 'p',
    service: 's"]',
    container: 'p-s-1',
    stream: 'stdout',
    level: 'error',
    text,
  };
}

const LIMITS = { key: '0-x', spoolBytes: 1e6, spoolBytesPerDay: 1e7 };

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !isSo(); i++) await sleep(20);
  ok(isSo());
}

test('what a destination misses is kept on disk over a restart, and comes in order, with its IDs', async t => {
  const got: string[] = [];
  let isAway = true;
  const destination: Destination = {
    name: 'test',
    spools: true,
    send: async records => {
      if (isAway) throw new Error('away');
      got.push(...records.map(({ id }) => id));
    },
    [Symbol.asyncDispose]: async () => {},
  };
  const host = fakeHost(t);
  const first = openForwarder(destination, host, LIMITS);
  for (let i = 0; i < 2000; i++) first.put(record(String(i), 'x'.repeat(200)));
  await until(() => first.status().spooledBytes > 0);
  for (let i = 2000; i < 2010; i++) first.put(record(String(i)));
  await first[Symbol.asyncDispose]();
  host.end();
  deepEqual(
    host.bus.recent().map(({ kind }) => kind),
    ['logs.destination-away'],
  );
  const next = fakeHost(t, { directory: host.state.directory });
  isAway = false;
  const second = openForwarder(destination, next, LIMITS);
  second.put(record('new'));
  await until(() => got.includes('new'));
  deepEqual(got, [...Array.from({ length: 2010 }, (_, i) => String(i)), 'new']);
  equal(readdirSync(next.state.directory).length, 0);
  equal(second.status().dropped, 0);
  next.end();
  await second[Symbol.asyncDispose]();
});

test('a spool keeps to its budget of bytes, and of bytes a day, and passes over damage', async t => {
  const { state } = fakeHost(t);
  const size = JSON.stringify(record('0')).length + 1;
  const spool = openSpool(state, 'k', { bytes: size * 3, bytesPerDay: size * 5, monotonic: () => 0 });
  const dropped: number[] = [];
  for (const id of ['0', '1', '2', '3', '4', '5']) dropped.push(await spool.write([record(id)]));
  deepEqual(dropped, [0, 0, 0, 1, 1, 1]);
  equal(spool.bytes, size * 3);
  await state.write('spool-k-0000000003', Buffer.from('\xff{"id"'));
  equal((await spool.oldest())?.records[0]?.id, '3');
});

test('HTTP takes lines of JSON; another answer than 2xx does not take them', async t => {
  const bodies: string[] = [];
  let status = 500;
  const server = createServer((incoming, outgoing) => {
    let body = '';
    incoming.on('data', chunk => (body += chunk));
    incoming.on('end', () => {
      if (status === 200) bodies.push(body);
      outgoing.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const host = fakeHost(t);
  const settings = {
    url: `http://127.0.0.1:${port}/in?key=secret`,
    headers: { 'X-Key': 'k' },
    timeoutMs: 5000,
  };
  const forwarder = openForwarder(httpDestination(settings, host.signal), host, LIMITS);
  forwarder.put(record('a'));
  await until(() => forwarder.status().error !== undefined);
  match(forwarder.status().error ?? '', /status 500/);
  ok(!forwarder.status().name.includes('secret'));
  status = 200;
  forwarder.put(record('b'));
  await until(() => bodies.length > 0);
  const lines: { id: string; time: string }[] = bodies
    .join('')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  deepEqual(
    lines.map(({ id }) => id),
    ['a', 'b'],
  );
  equal(lines[0]?.time, '1970-01-01T00:00:00.000Z');
  await forwarder[Symbol.asyncDispose]();
  host.end();
});

test('syslog goes as RFC 5424 says, over UDP and in frames over TCP', async () => {
  const line = syslogMessage(record('1', 'a\nb'), { facility: 1, host: 'h o' });
  equal(
    line,
    '<11>1 1970-01-01T00:00:00.000Z h_o p-s-1 - - [sampan@32473 project="p" service="s\\"\\]" id="1"] a\nb',
  );
  const udp = createSocket('udp4');
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const base = { to: 'syslog', host: '127.0.0.1', path: '', facility: 1 } as const;
  const datagrams = syslogDestination({ ...base, transport: 'udp', port: udp.address().port }, 'h');
  const got = once(udp, 'message');
  await datagrams.send([record('2', 'é'.repeat(5000))]);
  const [message]: Buffer[] = await got;
  ok(message !== undefined && message.length <= 2048 && !message.toString().includes('\ufffd'));
  await datagrams[Symbol.asyncDispose]();
  udp.close();
  const received: Buffer[] = [];
  const server = createNetServer(socket => socket.on('data', chunk => received.push(chunk)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const frames = syslogDestination({ ...base, transport: 'tcp', port }, 'h');
  await frames.send([record('3'), record('4')]);
  await until(() => /^\d+ <11>1 .* text 3\d+ <11>1 .* text 4$/.test(Buffer.concat(received).toString()));
  await frames[Symbol.asyncDispose]();
  server.close();
  equal(
    await frames.send([record('5')]).then(
      () => 'sent',
      () => 'failed',
    ),
    'failed',
  );
});

test('a file is rotated, and no more than so many are kept', async t => {
  const { state } = fakeHost(t);
  const path = join(state.directory, 'out.log');
  await using file = fileDestination(path, { maxBytes: 1000, keep: 3 });
  for (let i = 0; i < 30; i++) await file.send([record(String(i))]);
  deepEqual(readdirSync(state.directory).sort(), ['out.log', 'out.log.1', 'out.log.2']);
  const all = ['.2', '.1', ''].map(end => readFileSync(`${path}${end}`, 'utf8')).join('');
  match(all, /"id":"29"[^\n]*\n$/);
  for (const end of ['', '.1', '.2']) ok(readFileSync(path + end).length <= 1000);
});
