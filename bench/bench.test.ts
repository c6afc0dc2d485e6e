import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { splitWords } from '../src/cli/image/index.ts';
import { parseHttpProbe } from '../src/image/exercise/index.ts';
import { median } from './benchmark.ts';
import { probesOf } from './probes.ts';
import { runMeasured } from './process.ts';
import { tableOf } from './table.ts';

test('the median is the middle, or the mean of the two in the middle', () => {
  equal(median([9, 1, 5]), 5);
  equal(median([4, 1, 3, 2]), 2.5);
  throws(() => median([]), RangeError);
});

test('the memory of what a program starts counts, and its status and output are kept', async () => {
  const grow = 'const a = Buffer.alloc(200e6, 1); setTimeout(() => a, 400)';
  const start = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(grow)}]); console.log('done'); process.exit(3)`;
  const usage = await runMeasured(process.execPath, ['-e', start]);
  deepEqual([usage.status, usage.stdout], [3, 'done\n']);
  ok(usage.peakBytes > 240e6, `${usage.peakBytes}`);
});

test('the table gives the ratio, and marks what stands alone', () => {
  const rows = tableOf([
    { name: 'a', unit: 's', ours: 1, against: 'peer', theirs: 4 },
    { name: 'b', unit: 'MB/s', ours: 12345 },
    { name: 'c', unit: 's', ours: 1, against: 'peer', theirs: 4, most: 0.25 },
    { name: 'd', unit: 's', ours: 0.51, most: 0.5 },
  ]).split('\n');
  match(rows[2] ?? '', /^\| a +\| 1\.00 s +\| 4\.00 s \(peer\) \| 0\.25/);
  match(rows[3] ?? '', /^\| b +\| 12345 MB\/s \|/);
  match(rows[4] ?? '', /≤ 0\.25: PASS/);
  match(rows[5] ?? '', /≤ 0\.5 s: MISS/);
});

test('what an app of the corpus does becomes probes that mean the same', t => {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-probes-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const command = ['sh', '-c', 'echo \'a  b\' | grep -q "a"'];
  const body = { v: 1, text: 'a b' };
  const routes = [{ path: '/x?y=1', method: 'POST', body, status: 201 }, { path: '/' }];
  const [first, post, second, get, third, exec, ...rest] = probesOf(
    { port: 81, routes, commands: [{ command }] },
    directory,
  );
  deepEqual([first, second, third, rest], ['--probe', '--probe', '--exec', []]);
  const probe = {
    kind: 'http',
    port: 81,
    path: '/x?y=1',
    method: 'POST',
    body: JSON.stringify(body),
    status: 201,
  };
  deepEqual(parseHttpProbe(post ?? ''), probe);
  deepEqual(parseHttpProbe(get ?? ''), { kind: 'http', port: 81, path: '/', method: 'GET', status: 200 });
  deepEqual(splitWords(exec ?? ''), command);
});

test('what is said over TCP becomes a script that fails where an answer is wrong', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-probes-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const server = createServer(socket => socket.on('data', data => socket.end(`+${data}`))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const env = { SAMPAN_HOST: '127.0.0.1', SAMPAN_PORT_6380: port };
  const status = async (expect: string): Promise<number | null> => {
    const [, script = ''] = probesOf({ port: 6380, talks: [{ send: 'PING', expect }] }, directory);
    const child = spawn(script, { env, stdio: 'ignore' });
    const [code] = await once(child, 'close');
    return code;
  };
  equal(await status('^\\+PING'), 0);
  equal(await status('PONG'), 1);
});
