import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { containerState, createContainer, startContainer } from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { parseEvidence } from '../../image/slim/index.ts';
import { LABELS, projectContainers } from '../supervise/index.ts';
import { openBench } from '../supervise/testing/index.ts';
import { bpfProgram, bpfReader } from './bpftrace.ts';
import { evidenceText } from './evidence.ts';
import { traceBuilder } from './model.ts';
import { traceContainer } from './run.ts';
import { seccompProfile } from './seccomp.ts';
import { straceReader } from './strace.ts';
import { syscallNames } from './syscalls.ts';
import { traceSettings } from './trace.ts';

const ABOUT = { tool: 'strace', durationMs: 1, image: `sha256:${'a'.repeat(64)}` } as const;

function read(lines: readonly string[]) {
  const builder = traceBuilder();
  const reader = straceReader(builder);
  for (const line of lines) reader(line);
  return builder.build(ABOUT);
}

test('lines of strace are read: escapes, relative paths, calls that were interrupted', () => {
  const trace = read([
    '[pid  7] openat(AT_FDCWD</srv/a>, "b\\"\\x20c", O_RDONLY) = 3</srv/a/b>',
    '7 openat(AT_FDCWD</>, "/etc/\\303\\251", O_RDONLY <unfinished ...>',
    '8 execve("/bin/x", ["x"], 0x1 /* 2 vars */) = 0',
    '7 <... openat resumed>) = 3</etc/e>',
    'access("/gone", R_OK) = -1 ENOENT (No such file or directory)',
    'connect(3<socket:[1]>, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 EINPROGRESS (x)',
    'connect(3, {sa_family=AF_UNIX, sun_path="/run/x.sock"}, 110) = 0',
    'garbage',
    '',
    '<... read resumed>) = 0',
    `openat(${'"'.repeat(10_000)}`,
  ]);
  deepEqual([...trace.opened.keys()], ['/srv/a/b" c', '/etc/é']);
  deepEqual([...trace.started.keys()], ['/bin/x']);
  deepEqual([...trace.missing], ['/gone']);
  deepEqual([...trace.connected.keys()], ['192.0.2.1:443', 'unix:/run/x.sock']);
  equal(trace.syscalls.get('openat'), 3);
});

test('what bpftrace writes is read, and what it cut is not believed', () => {
  const builder = traceBuilder();
  let isReady = false;
  const reader = bpfReader(builder, 'x64', () => {
    isReady = true;
  });
  const say = (data: string): void => reader(JSON.stringify({ type: 'printf', data }));
  say('ready');
  say('open 12 /etc/a b\nc');
  say('open 12 relative');
  say(`open 12 /${'x'.repeat(199)}`);
  say('exec 12 /bin/sh');
  say('conn 12 \\x02\\x00\\x01\\xbb\\xc0\\x00\\x02\\x01\\x00');
  say('conn 12 \\x0a\\x005 \\x00\\x00\\x00\\x00 \\x01\r\\xb8');
  say('conn 12 \\x01\\x00/run/s\\x00');
  reader('{"type": "map", "data": {"@calls": {"257": 5, "9999": 1}}}');
  reader('{"type": "map", "data": {"@dropped": 3}}');
  for (const garbage of ['', '{', 'null', '[]', '{"type":"map","data":null}', '{"type":"printf","data":5}'])
    reader(garbage);
  const trace = builder.build(ABOUT);
  ok(isReady);
  deepEqual([...trace.opened.keys()], ['/etc/a b\nc']);
  deepEqual([...trace.started.keys()], ['/bin/sh']);
  deepEqual([...trace.connected.keys()].slice(0, 1), ['192.0.2.1:443']);
  match([...trace.connected.keys()][1] ?? '', /^\[.*\]:13600$/);
  equal([...trace.connected.keys()][2], 'unix:/run/s');
  deepEqual(
    [...trace.syscalls],
    [
      ['openat', 5],
      ['syscall_9999', 1],
    ],
  );
  equal(trace.dropped, 4);
  match(bpfProgram({ group: 7, seconds: 3, perSecond: 9 }), /cgroup == 7.*@budget < 9/s);
});

test('numbers of system calls have their names on both architectures', () => {
  equal(syscallNames('x64').get(0), 'read');
  equal(syscallNames('x64').get(435), 'clone3');
  equal(syscallNames('arm64').get(56), 'openat');
  equal(syscallNames('arm64').get(222), 'mmap');
  equal(syscallNames('mips').size, 0);
});

test('evidence names the files behind links, and never leaves the root', t => {
  const root = mkdtempSync(join(tmpdir(), 'sampan-trace-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'usr/lib'), { recursive: true });
  writeFileSync(join(root, 'usr/lib/libc.so.1'), '');
  symlinkSync('usr/lib', join(root, 'lib'));
  symlinkSync('/usr/lib/libc.so.1', join(root, 'usr/lib/libc.so'));
  symlinkSync('loop', join(root, 'loop'));
  symlinkSync('../../../../etc/hostname', join(root, 'escape'));
  const builder = traceBuilder();
  for (const path of [
    '/lib/libc.so',
    '/loop',
    '/escape',
    '/../../etc/passwd',
    '/usr',
    '/gone',
    '/proc/1/maps',
    '//lib//.',
  ])
    builder.opened(path);
  const evidence = parseEvidence(evidenceText(builder.build(ABOUT), root), 'x');
  deepEqual(
    evidence.footprints.map(({ kind, path }) => `${kind} ${path}`),
    [
      'read /usr/lib/libc.so.1',
      'followed /escape',
      'followed /lib',
      'followed /loop',
      'followed /usr/lib/libc.so',
      'listed /usr',
      'listed /usr/lib',
    ],
  );
});

test('a trace is bounded, whatever a container does', () => {
  const builder = traceBuilder();
  for (let i = 0; i < 100_010; i++) builder.opened(`/${i}`);
  builder.opened(`/${'x'.repeat(5000)}`);
  const trace = builder.build(ABOUT);
  equal(trace.opened.size, 100_000);
  equal(trace.dropped, 11);
});

test('settings are checked, each by its name', () => {
  equal(traceSettings({}).maxSeconds, 60);
  for (const wrong of [{ maxSeconds: 0 }, { perSecond: 'x' }, { more: 1 }])
    throws(
      () => traceSettings(wrong),
      error => isSampanError(error, 'usage') && error.message.startsWith('trace.'),
    );
});

const PROJECT = `
services:
  app: {image: "IMAGE:1", command: [sh, -c, "while true; do cat /etc/hostname > /dev/null; sleep 0.2; done"]}
`;

for (const tool of ['bpftrace', 'strace'] as const)
  test(`${tool} sees what a container does, and its profile lets it run`, async t => {
    if (process.getuid?.() !== 0) return t.skip('root is needed to trace');
    if (spawnSync(tool, ['--version']).error !== undefined) return t.skip(`${tool} is not installed`);
    const bench = await openBench(t);
    if (typeof bench === 'string') return t.skip(bench);
    await bench.up(PROJECT);
    const [app] = await projectContainers(bench.docker, bench.name);
    ok(app);
    // The engine says that it has started a little before its program runs.
    while (readFileSync(`/proc/${app.pid}/comm`, 'utf8').startsWith('runc')) await sleep(20);
    const { signal } = new AbortController();
    const target = { pid: app.pid, image: app.imageId };
    const trace = await traceContainer(target, { seconds: 6, perSecond: 10_000, tool, signal });
    equal(trace.tool, tool);
    ok(trace.opened.has('/etc/hostname'), JSON.stringify([...trace.opened]));
    // The shell of busybox starts its applets through itself.
    ok(
      trace.started.has('/proc/self/exe') || trace.started.has('/bin/cat'),
      [...trace.started.keys()].join(),
    );
    ok((trace.syscalls.get('execve') ?? 0) > 0);
    const evidence = parseEvidence(evidenceText(trace, `/proc/${app.pid}/root`), 'x');
    equal(evidence.image, app.imageId);
    ok(evidence.footprints.some(({ path, kind }) => path === '/bin/busybox' && kind === 'read'));
    const body = {
      Image: `${bench.image}:1`,
      Cmd: ['sh', '-c', 'while true; do cat /etc/hostname > /dev/null; sleep 0.2; done'],
      Labels: { [LABELS.project]: bench.name },
      HostConfig: {
        Init: true,
        SecurityOpt: [`seccomp=${seccompProfile([trace], process.arch)}`, 'no-new-privileges'],
      },
    };
    const { id } = await createContainer(bench.docker, body);
    await startContainer(bench.docker, id);
    await sleep(1000);
    const state = await containerState(bench.docker, id);
    deepEqual([state.status, state.restartCount], ['running', 0]);
  });
