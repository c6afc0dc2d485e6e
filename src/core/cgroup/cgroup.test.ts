import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { controllerDirectory, groupDirectories, parseCgroups } from './hierarchy.ts';
import { removeGroup } from './remove.ts';
import { readGroupUsage } from './usage.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sampan-cgroup-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const SPLIT = `24 1 0:20 / / rw,relatime - ext4 /dev/vda rw
30 24 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
32 30 0:28 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
33 30 0:29 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup rw,nsdelegate
`;
const UNIFIED =
  '30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n';

test('mount points are found in both kinds of hierarchy', () => {
  const split = parseCgroups(SPLIT);
  assert.equal(split.version, 1);
  assert.equal(controllerDirectory(split, 'cpuacct', '/x'), '/sys/fs/cgroup/cpu,cpuacct/x');
  assert.deepEqual(groupDirectories(split, '/x').length, 3);
  const unified = parseCgroups(UNIFIED);
  assert.equal(unified.version, 2);
  assert.equal(controllerDirectory(unified, 'memory', '/x'), '/sys/fs/cgroup/x');
  assert.deepEqual(parseCgroups('nonsense\n\n - \n'), { version: 0, controllers: {}, unified: undefined });
});

/** The files of a group, as kernel 6.1 and 6.18 write them. */
const RECORDED_V2 = {
  'memory.current': '1970176\n',
  'memory.peak': '33554432\n',
  'memory.events': 'low 0\nhigh 0\nmax 128\noom 1\noom_kill 2\noom_group_kill 0\n',
  'cpu.stat': 'usage_usec 92813\nuser_usec 50000\nsystem_usec 42813\nnr_periods 0\n',
};

test('counters of a unified hierarchy are read', () => {
  const point = group('v2', RECORDED_V2);
  const usage = readGroupUsage({ version: 2, controllers: {}, unified: point }, '/g');
  assert.deepEqual(usage, { memoryBytes: 1970176, peakMemoryBytes: 33554432, cpuMs: 92.813, oomKills: 2 });
});

test('what an older kernel does not count is left out', () => {
  const { 'memory.peak': _, ...older } = RECORDED_V2;
  const point = group('v2-older', { ...older, 'memory.current': 'max\n' });
  const usage = readGroupUsage({ version: 2, controllers: {}, unified: point }, '/g');
  assert.deepEqual(usage, { cpuMs: 92.813, oomKills: 2 });
  assert.deepEqual(readGroupUsage({ version: 2, controllers: {}, unified: point }, '/gone'), {});
  assert.deepEqual(readGroupUsage({ version: 0, controllers: {}, unified: undefined }, '/g'), {});
});

test('counters of split hierarchies are read', () => {
  const memory = group('memory', {
    'memory.usage_in_bytes': '4096\n',
    'memory.max_usage_in_bytes': '8192\n',
    'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
  });
  const cpuacct = group('cpuacct', { 'cpuacct.usage': '2500000\n' });
  const usage = readGroupUsage({ version: 1, controllers: { memory, cpuacct }, unified: undefined }, '/g');
  assert.deepEqual(usage, { memoryBytes: 4096, peakMemoryBytes: 8192, cpuMs: 2.5, oomKills: 1 });
});

test('a group is removed with those below it, twice', async () => {
  const unified = join(scratch, 'remove');
  mkdirSync(join(unified, 'g/a/b'), { recursive: true });
  mkdirSync(join(unified, 'other'));
  const cgroups = { version: 2, controllers: {}, unified } as const;
  await removeGroup(cgroups, '/g');
  await removeGroup(cgroups, '/g');
  assert.ok(!existsSync(join(unified, 'g')) && existsSync(join(unified, 'other')));
});

function group(name: string, files: Readonly<Record<string, string>>): string {
  const directory = join(scratch, name, 'g');
  mkdirSync(directory, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  return join(scratch, name);
}
