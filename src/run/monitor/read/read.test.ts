import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sampleDevice } from './device.ts';
import { keyed, smallFiles } from './files.ts';
import { sampleGroup } from './group.ts';
import { groupPlaces } from './groups.ts';
import { sampleNetwork } from './network.ts';

function tree(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'sampan-tree-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const V2_MOUNTS = '25 30 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n';
const V2_GROUP = 'system.slice/docker-abc.scope';

/** As a Raspberry Pi 4 with Raspberry Pi OS 12 shows them. */
const V2 = {
  'proc/self/mountinfo': V2_MOUNTS,
  'proc/77/cgroup': `0::/${V2_GROUP}\n`,
  [`sys/fs/cgroup/${V2_GROUP}/cpu.stat`]:
    'usage_usec 5000000\nuser_usec 3000000\nsystem_usec 2000000\nnr_periods 10\nnr_throttled 4\nthrottled_usec 250000\n',
  [`sys/fs/cgroup/${V2_GROUP}/memory.current`]: '52428800\n',
  [`sys/fs/cgroup/${V2_GROUP}/memory.max`]: 'max\n',
  [`sys/fs/cgroup/${V2_GROUP}/memory.swap.current`]: '0\n',
  [`sys/fs/cgroup/${V2_GROUP}/memory.stat`]:
    'anon 20971520\nfile 31457280\nkernel 1024\ninactive_anon 7\ninactive_file 10485760\n',
  [`sys/fs/cgroup/${V2_GROUP}/memory.events`]: 'low 0\nhigh 0\nmax 5\noom 2\noom_kill 1\noom_group_kill 0\n',
  [`sys/fs/cgroup/${V2_GROUP}/pids.current`]: '12\n',
  [`sys/fs/cgroup/${V2_GROUP}/pids.max`]: '512\n',
  [`sys/fs/cgroup/${V2_GROUP}/io.stat`]:
    '179:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n8:0 rbytes=1 wbytes=1 rios=1 wios=1\n',
  [`sys/fs/cgroup/${V2_GROUP}/memory.pressure`]:
    'some avg10=0.00 avg60=0.00 avg300=0.00 total=1234\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=99\n',
};

test('counters of version 2 are read', t => {
  const root = tree(t, V2);
  const read = smallFiles();
  const places = groupPlaces(77, read, root);
  deepEqual(places, { version: 2, directory: join(root, 'sys/fs/cgroup', V2_GROUP) });
  ok(places);
  deepEqual(sampleGroup(places, read), {
    cpuUs: 5_000_000,
    memoryBytes: 52_428_800,
    workingSetBytes: 41_943_040,
    anonymousBytes: 20_971_520,
    cacheBytes: 31_457_280,
    swapBytes: 0,
    memoryLimitBytes: undefined,
    processes: 12,
    processLimit: 512,
    readBytes: 4097,
    writtenBytes: 8193,
    periods: 10,
    throttledPeriods: 4,
    throttledUs: 250_000,
    oomKills: 1,
    waited: { cpu: undefined, memory: 1234, io: undefined },
  });
});

test('a Raspberry Pi without a memory control group has no memory, and the rest', t => {
  const files = Object.fromEntries(Object.entries(V2).filter(([path]) => !path.includes('memory.')));
  const root = tree(t, files);
  const places = groupPlaces(77, smallFiles(), root);
  ok(places);
  const sample = sampleGroup(places, smallFiles());
  deepEqual(
    [sample.memoryBytes, sample.workingSetBytes, sample.oomKills, sample.processes],
    [undefined, undefined, undefined, 12],
  );
});

test('counters of version 1 are read, also beside an empty tree of version 2', t => {
  const mount = (id: number, name: string, options: string): string =>
    `${id} 1 0:${id} / /sys/fs/cgroup/${name} rw - cgroup cgroup rw,${options}\n`;
  const root = tree(t, {
    'proc/self/mountinfo': `${mount(40, 'memory', 'memory')}${mount(41, 'cpu,cpuacct', 'cpu,cpuacct')}${mount(42, 'pids', 'pids')}${mount(43, 'blkio', 'blkio')}44 1 0:44 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n`,
    'proc/77/cgroup':
      '5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n3:pids:/docker/abc\n2:blkio:/docker/abc\n0::/\n',
    'sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes': '1000000\n',
    'sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': '9223372036854771712\n',
    'sys/fs/cgroup/memory/docker/abc/memory.stat':
      'cache 5\ntotal_cache 500\ntotal_rss 300\ntotal_inactive_file 400\ntotal_swap 0\n',
    'sys/fs/cgroup/memory/docker/abc/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 3\n',
    'sys/fs/cgroup/cpu,cpuacct/docker/abc/cpuacct.usage': '7000000000\n',
    'sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.stat': 'nr_periods 1\nnr_throttled 1\nthrottled_time 2000000\n',
    'sys/fs/cgroup/pids/docker/abc/pids.current': '2\n',
    'sys/fs/cgroup/pids/docker/abc/pids.max': 'max\n',
    'sys/fs/cgroup/blkio/docker/abc/blkio.throttle.io_service_bytes':
      '8:0 Read 10\n8:0 Write 20\n8:0 Total 30\nTotal 30\n',
  });
  const places = groupPlaces(77, smallFiles(), root);
  equal(places?.version, 1);
  ok(places);
  const sample = sampleGroup(places, smallFiles());
  deepEqual(
    [sample.cpuUs, sample.workingSetBytes, sample.memoryLimitBytes, sample.processes, sample.processLimit],
    [7_000_000, 999_600, undefined, 2, undefined],
  );
  deepEqual([sample.readBytes, sample.writtenBytes, sample.oomKills, sample.throttledUs], [10, 20, 3, 2000]);
});

test('a group that is gone has no counters, and a process that is gone no group', t => {
  const root = tree(t, { 'proc/self/mountinfo': V2_MOUNTS });
  equal(groupPlaces(77, smallFiles(), root), undefined);
  const sample = sampleGroup({ version: 2, directory: join(root, 'none') }, smallFiles());
  ok(Object.values(sample).every(value => value === undefined || typeof value === 'object'));
});

test('a device tells its temperature, throttling, wear and pressure', t => {
  const root = tree(t, {
    'proc/stat': 'cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 2 3\n',
    'proc/meminfo':
      'MemTotal:        3884092 kB\nMemAvailable:    2000000 kB\nSwapTotal: 100 kB\nSwapFree: 40 kB\n',
    'proc/loadavg': '0.42 0.40 0.30 1/200 999\n',
    'proc/uptime': '1234.56 99.0\n',
    'proc/pressure/io': 'some avg10=1.00 avg60=0.50 avg300=0.10 total=777\n',
    'sys/class/thermal/thermal_zone0/temp': '61200\n',
    'sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
    'sys/devices/platform/soc/soc:firmware/get_throttled': '50005\n',
    'sys/block/mmcblk0/device/life_time': '0x01 0x03\n',
    'sys/block/sda/device/life_time': '0x09 0x09\n',
  });
  const sample = sampleDevice(smallFiles(), { root, disks: ['/', '/no/such/place'] });
  deepEqual(sample.cpu, { busyMs: 1500, idleMs: 8500 });
  deepEqual(sample.temperatures, { 'cpu-thermal': 61.2 });
  deepEqual(sample.throttling, { underVoltage: true, capped: false, throttled: true, happened: true });
  deepEqual(sample.wear, { mmcblk0: 3 });
  deepEqual(
    [sample.waited.io, sample.waited.cpu, sample.swapUsedBytes, sample.load1],
    [777, undefined, 60 * 1024, 0.42],
  );
  equal(sample.disks.length, 1);
});

test('network counters are those of all interfaces but loopback', t => {
  const root = tree(t, {
    'proc/77/net/dev': `Inter-|   Receive  |  Transmit\n face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed\n    lo: 9 9 9 9 0 0 0 0 9 9 9 9 0 0 0 0\n  eth0:100 2 1 0 0 0 0 0 200 4 0 1 0 0 0 0\n  eth1: 10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\n`,
  });
  const sample = sampleNetwork(77, smallFiles(), root);
  deepEqual(
    [sample?.receivedBytes, sample?.sentBytes, sample?.receiveErrors, sample?.sendDrops],
    [110, 220, 1, 1],
  );
});

test('a key is found only at the beginning of a line', () => {
  equal(keyed('total_cache 5\ncache 7\n', 'cache'), 7);
  equal(keyed('xcache 5\n', 'cache'), undefined);
  equal(keyed('cache 1\n', 'cache'), 1);
});

test('this machine can be read', () => {
  const sample = sampleDevice(smallFiles());
  ok((sample.memoryBytes ?? 0) > 0);
  ok(sample.cpu.idleMs > 0);
  ok(groupPlaces(process.pid, smallFiles()) !== undefined);
});
