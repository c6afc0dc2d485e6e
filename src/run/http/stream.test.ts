import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { testServer } from './testing/index.ts';

const EVENT = { from: 'test', kind: 'x', severity: 'info', text: 'x', data: {} } as const;

/** Reads events until there are as many. */
async function readEvents(
  server: Awaited<ReturnType<typeof testServer>>,
  count: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const outgoing = get({
    ...server.target,
    path: '/v1/events',
    agent: false,
    headers: { host: 'localhost', ...headers },
  });
  const [incoming] = await once(outgoing, 'response');
  let text = '';
  for await (const chunk of incoming) {
    text += String(chunk);
    const ids = Array.from(text.matchAll(/^id: (.*)$/gm), found => found[1] ?? '');
    if (ids.length >= count) return ids;
  }
  return [];
}

test('events are resumed after the last one that was seen, and from the start after a restart', async t => {
  const server = await testServer(t);
  for (let i = 0; i < 4; i++) server.host.bus.tell(EVENT);
  const ids = await readEvents(server, 5);
  const resumed = readEvents(server, 3, { 'last-event-id': ids[2] ?? '' });
  setTimeout(() => server.host.bus.tell(EVENT), 200);
  const [mark] = (ids[0] ?? '').split('-');
  deepEqual(await resumed, [`${mark}-4`, `${mark}-5`, `${mark}-6`]);
  equal((await readEvents(server, 6, { 'last-event-id': 'another-5' })).length, 6);
  equal((await readEvents(server, 6, { 'last-event-id': `${mark}-x` })).length, 6);
});

test('a reader that does not read its events is cut, and the agent goes on', async t => {
  const server = await testServer(t, { limits: { maxUnreadBytes: 100_000 } });
  const socket = connect(server.place.slice(5));
  socket.on('error', () => {});
  socket.write('GET /v1/events HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await once(socket, 'readable');
  socket.pause();
  for (let i = 0; i < 2000; i++) server.host.bus.tell({ ...EVENT, text: 'y'.repeat(1000) });
  const closed = once(socket, 'close');
  socket.resume();
  await closed;
  equal((await server.call('/v1/status')).status, 200);
});
