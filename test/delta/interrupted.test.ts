import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { randomFrom } from '../../src/carry/delta/testing/index.ts';
import { runWords } from '../../src/cli/app/index.ts';
import { fakeContext } from '../../src/cli/testing/index.ts';
import { type Digest, digestOf } from '../../src/core/bytes/index.ts';
import { findStored, graphOf, nameStored, openStore } from '../../src/core/store/index.ts';
import { putImage, tarOf } from '../../src/core/store/testing/index.ts';
import { type BuiltApp, builtApp } from './testing/built.ts';
import { TABLE } from './testing/table.ts';

/** Every system call that changes a file or a directory, and those that make it last. */
const WRITES = [
  'pwrite64',
  'fsync',
  'fdatasync',
  'rename',
  'mkdir',
  'unlink',
  'rmdir',
  'ftruncate',
  'link',
] as const;
/** Those that a full disk fails. */
const GROWING = ['pwrite64', 'fsync', 'fdatasync', 'rename', 'mkdir', 'link', 'ftruncate'] as const;
const AT_ONCE = 2;

const directory = mkdtempSync(join(tmpdir(), 'sampan-delta-interrupted-'));
const prepared = join(directory, 'prepared');
const both = join(directory, 'both');
const delta = join(directory, 'app.delta');
const skip =
  spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0
    ? false
    : 'strace is not installed, or may not trace';

const random = randomFrom(3);
const CONTENT = Buffer.from(Array.from({ length: 200_000 }, () => Math.floor(random() * 256)));
const BASE = tarOf([{ path: 'base', content: CONTENT.subarray(0, 50_000) }]);
const OLD = tarOf([{ path: 'app', content: CONTENT }]);
const NEW = tarOf([{ path: 'app', content: Buffer.concat([CONTENT, Buffer.from('new')]) }]);
const roots = new Map<string, Digest>();
let app: BuiltApp | undefined;

/** A store with both images, a delta, and a store with the old image under the name of the new one. */
before(async () => {
  app = await builtApp();
  const store = await openStore(join(both, 'sampan'));
  for (const [name, layers] of [
    ['old', [BASE, OLD]],
    ['new', [BASE, NEW]],
  ] as const) {
    const root = await putImage(store.blobs, { layers });
    roots.set(name, root.digest);
    await nameStored(store, `app:${name}`, { root });
  }
  await inside(['delta', 'store:app:old', 'store:app:new', '-o', delta], both);
  const again = await openStore(join(prepared, 'sampan'));
  await nameStored(again, 'app:1', { root: await putImage(again.blobs, { layers: [BASE, OLD] }) });
});
after(() => {
  app?.[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

const settings = (data: string): Record<string, string> => ({
  XDG_DATA_HOME: data,
  DOCKER_HOST: 'unix:///nowhere',
});

/** Runs a command here; what goes wrong is thrown. */
async function inside(words: readonly string[], data: string): Promise<void> {
  await runWords(words, TABLE, fakeContext({ env: settings(data), cwd: directory, home: directory }));
}

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs a command under strace. One thread touches files, so that the same call is always the same number. */
async function traced(words: readonly string[], data: string, options: readonly string[]): Promise<Ended> {
  const program = ['-f', '-qq', ...options, process.execPath, app?.main ?? '', ...words];
  const env = {
    ...process.env,
    ...settings(data),
    UV_THREADPOOL_SIZE: '1',
    NODE_COMPILE_CACHE: join(directory, 'compiled'),
    TMPDIR: '',
  };
  const child = spawn('strace', program, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let stderr = '';
  child.stderr.on('data', text => {
    stderr += text;
  });
  await once(child, 'close');
  return { code: child.exitCode, stderr };
}

/** A command that is to be interrupted: in a directory of its own, made from `from`. */
interface Trial {
  readonly from: string;
  words(data: string): readonly string[];
}

/** The kinds of calls that the command makes at all. */
async function callsOf(trial: Trial, calls: readonly string[]): Promise<readonly string[]> {
  const data = join(directory, 'counted');
  const log = join(directory, 'calls');
  cpSync(trial.from, data, { recursive: true });
  const { code, stderr } = await traced(trial.words(data), data, [
    '-o',
    log,
    '-e',
    `trace=${calls.join(',')}`,
  ]);
  equal(code, 0, stderr);
  rmSync(data, { recursive: true });
  const seen = readFileSync(log, 'utf8');
  return calls.filter(call => new RegExp(`^\\d+ +${call}\\(`, 'm').test(seen));
}

/**
 * Interrupts each call with 1, 2, … until nothing was left to interrupt (strace counts the calls of each kind
 * for themselves), and lets `check` see what came of it. Returns how many there were.
 */
async function interruptEach(
  trial: Trial,
  what: { readonly calls: readonly string[]; readonly effect: string },
  check: (data: string, ended: Ended) => Promise<void>,
): Promise<number> {
  let points = 0;
  const left = [...(await callsOf(trial, what.calls))];
  const lane = async (): Promise<void> => {
    for (let call = left.shift(); call !== undefined; call = left.shift()) {
      for (let [n, isOver] = [1, false]; !isOver; n += 1) {
        const data = join(directory, `${call}-${n}`);
        cpSync(trial.from, data, { recursive: true });
        const inject = `inject=${call}:${what.effect}:when=${n}`;
        const options = ['-o', '/dev/null', '-e', `trace=${call}`, '-e', inject];
        const ended = await traced(trial.words(data), data, options);
        await check(data, ended);
        rmSync(data, { recursive: true });
        isOver = ended.code === 0;
        if (!isOver) points += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return points;
}

/** Which image the name has; every byte of it is read and verified. */
async function stored(data: string): Promise<'old' | 'new'> {
  const store = await openStore(join(data, 'sampan'));
  const root = await findStored(store, 'app:1');
  ok(root !== undefined);
  for (const blob of await graphOf(store.blobs, root)) for await (const _ of store.blobs.open(blob));
  if (root.digest === roots.get('old')) return 'old';
  equal(root.digest, roots.get('new'));
  return 'new';
}

function leftovers(at: string): readonly string[] {
  return readdirSync(at, { recursive: true, encoding: 'utf8' }).filter(name =>
    /\.part|lock|downloads\//.test(name),
  );
}

const LOAD: Trial = { from: prepared, words: () => ['load', delta, '--into', 'store:app:1'] };
const MAKE: Trial = {
  from: both,
  words: data => ['delta', 'store:app:old', 'store:app:new', '-o', join(data, 'app.delta')],
};

for (const { what, ...how } of [
  { what: 'killed', calls: WRITES, effect: 'signal=SIGKILL' },
  { what: 'out of disk space', calls: GROWING, effect: 'error=ENOSPC' },
]) {
  test(`a delta that is ${what} at any write of its loading leaves the old image or the new one, and the next goes on`, {
    skip,
  }, async t => {
    const points = await interruptEach(LOAD, how, async (data, { code, stderr }) => {
      const after = await stored(data);
      if (code === 0) equal(after, 'new');
      else if (what !== 'killed') ok(/space|ENOSPC/.test(stderr), stderr);
      await inside(LOAD.words(data), data);
      equal(await stored(data), 'new');
      deepEqual(leftovers(data), []);
    });
    t.diagnostic(`interrupted at each of ${points} writes`);
    ok(points >= 8, `${points}`);
  });

  test(`a delta that is ${what} at any write of its making is not there, or whole`, { skip }, async t => {
    const digest = digestOf(readFileSync(delta));
    const points = await interruptEach(MAKE, how, async (data, { code, stderr }) => {
      const path = join(data, 'app.delta');
      if (existsSync(path)) equal(digestOf(readFileSync(path)), digest);
      else ok(code !== 0);
      if (code !== 0 && what !== 'killed') ok(/space|ENOSPC/.test(stderr), stderr);
      await inside(MAKE.words(data), data);
      equal(digestOf(readFileSync(path)), digest);
    });
    t.diagnostic(`interrupted at each of ${points} writes`);
    ok(points >= 4, `${points}`);
  });
}
