import { equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { heeds } from './stopping.ts';

test('a process heeds the signals that it catches or blocks, and no others', async t => {
  const child = spawn('sh', ['-c', 'trap : TERM; echo ready; while :; do sleep 0.1; done'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  equal(heeds(child.pid!, 'SIGTERM'), true);
  equal(heeds(child.pid!, 'SIGQUIT'), false);
  equal(heeds(child.pid!, 'SIGRTMIN+3'), false);
});

test('where nothing can be seen, a process is taken to heed', () => {
  equal(heeds(0x7fffffff, 'SIGTERM'), true);
});
