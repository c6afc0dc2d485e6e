import { equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { heeds } from './stopping.ts';

test('a process heeds the signals that it catches or blocks, and no others', async t => {
  // One that starts no children: around those a shell blocks every signal for a moment.
  const child = spawn('sh', ['-c', 'trap : TERM; echo ready; read line'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  equal(heeds(child.pid!, 'SIGTERM'), true);
  equal(heeds(child.pid!, 'SIGQUIT'), false);
  equal(heeds(child.pid!, 'SIGRTMIN+3'), false);
});

test('a process that waits for signals heeds them, though the kernel shows no mask', async t => {
  const child = spawn('tini', ['-s', '--', 'sh', '-c', 'echo ready; exec sleep 20'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => child.kill('SIGTERM'));
  const missing = await Promise.race([
    once(child, 'error').then(() => true),
    once(child.stdout, 'data').then(() => false),
  ]);
  if (missing) return t.skip('there is no tini here');
  for (let round = 0; round < 20; round += 1) equal(heeds(child.pid!, 'SIGTERM'), true);
});

test('where nothing can be seen, a process is taken to heed', () => {
  equal(heeds(0x7fffffff, 'SIGTERM'), true);
});
