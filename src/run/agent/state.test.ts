import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { countWear, openState } from './state.ts';

function scratch(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-state-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const unexpected = (error: Error): never => {
  throw error;
};

test('state is written only when it changes, whole, and every byte is counted', async t => {
  const directory = join(scratch(t), 'part');
  let hours = 0;
  const wear = countWear(() => hours * 3_600_000);
  const state = await openState(directory, wear, unexpected);
  equal(await state.read('a.json'), undefined);
  equal(await state.write('a.json', Buffer.from('one')), true);
  const once = wear.read().totalBytes;
  for (let i = 0; i < 100; i++) await state.write('a.json', Buffer.from('one'));
  await (await openState(directory, wear, unexpected)).write('a.json', Buffer.from('one'));
  equal(wear.read().totalBytes, once);
  deepEqual(Buffer.from((await state.read('a.json')) ?? ''), Buffer.from('one'));
  deepEqual(readdirSync(directory), ['a.json']);
  equal(statSync(join(directory, 'a.json')).mode & 0o777, 0o600);
  hours = 48;
  equal(wear.read().bytesPerDay, Math.round(once / 2));
  await rejects(state.write('../x', Buffer.from('')), /no name of a state file/);
});

test('what a killed agent left half-written is removed by the next one', async t => {
  const directory = scratch(t);
  writeFileSync(join(directory, '.999999999-1.0123456789ab.part'), 'half');
  writeFileSync(join(directory, 'a.json'), 'whole');
  await openState(directory, countWear(Date.now), unexpected);
  deepEqual(readdirSync(directory), ['a.json']);
});

test('a full disk is told once, leaves what was there, and is written again when it has room', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-state-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory]);
  t.after(() => {
    if (mounted.status === 0) spawnSync('umount', [directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  if (mounted.status !== 0) return t.skip('only root mounts a small disk');
  const part = join(directory, 'part');
  mkdirSync(part);
  const told: string[] = [];
  const state = await openState(part, countWear(Date.now), ({ message }) => void told.push(message));
  ok(await state.write('a.json', Buffer.from('before')));
  const large = Buffer.alloc(100_000, 'x');
  for (let tries = 0; tries < 3; tries++) equal(await state.write('a.json', large), false);
  equal(told.length, 1);
  match(told[0] ?? '', /space/);
  equal(Buffer.from((await state.read('a.json')) ?? '').toString(), 'before');
  deepEqual(readdirSync(part), ['a.json'], 'nothing half-written stays');
  ok(await state.write('a.json', Buffer.from('after')));
  equal(await state.write('a.json', large), false);
  equal(told.length, 2, 'told again, since it could be written meanwhile');
});
