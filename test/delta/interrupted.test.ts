import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { randomFrom } from '../../src/carry/delta/testing/index.ts';
import { type Digest, digestOf } from '../../src/core/bytes/index.ts';
import { findStored, graphOf, nameStored, openStore } from '../../src/core/store/index.ts';
import { putImage, tarOf } from '../../src/core/store/testing/index.ts';

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
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

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

/** A store with both images, a delta, and a store with the old image under the name of the new one. */
before(async () => {
  const store = await openStore(join(both, 'sampan'));
  for (const [name, layers] of [
    ['old', [BASE, OLD]],
    ['new', [BASE, NEW]],
  ] as const) {
    const root = await putImage(store.blobs, { layers });
    roots.set(name, root.digest);
    await nameStored(store, `app:${name}`, { root });
  }
  const made = await sampan(['delta', 'store:app:old', 'store:app:new', '-o', delta], both);
  equal(made.code, 0, made.stderr);
  const again = await openStore(join(prepared, 'sampan'));
  await nameStored(again, 'app:1', { root: await putImage(again.blobs, { layers: [BASE, OLD] }) });
});
after(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One thread does all that touches files, so that the same call is always the same number. */
async function sampan(args: readonly string[], data: string, inject?: string): Promise<Ended> {
  const under =
    inject === undefined
      ? []
      : [
          'strace',
          '-f',
          '-qq',
          '-o',
          '/dev/null',
          '-e',
          `trace=${inject.split(':')[0]}`,
          '-e',
          `inject=${inject}`,
        ];
  const [program = '', ...rest] = [...under, process.execPath, MAIN, ...args];
  const env = {
    ...process.env,
    UV_THREADPOOL_SIZE: '1',
    NODE_COMPILE_CACHE: join(tmpdir(), 'sampan-carry-compiled'),
    XDG_DATA_HOME: data,
    DOCKER_HOST: 'unix:///nowhere',
    TMPDIR: '',
  };
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', text => {
    stdout += text;
  });
  child.stderr.on('data', text => {
    stderr += text;
  });
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

/** One moment: what happens to which of the calls of one kind. */
interface Moment {
  readonly inject: string;
  /** Names it, for files. */
  readonly key: string;
}

/**
 * Tries each call with 1, 2, … until `tryAt` says that nothing was left to interrupt (strace counts the calls of
 * each kind for themselves). Returns how many there were.
 */
async function untilNothingIsLeft(
  what: { readonly calls: readonly string[]; readonly effect: string },
  tryAt: (moment: Moment) => Promise<boolean>,
): Promise<number> {
  let points = 0;
  const left = [...what.calls];
  const lane = async (): Promise<void> => {
    for (let call = left.shift(); call !== undefined; call = left.shift()) {
      for (let n = 1; ; n += 1) {
        const inject = `${call}:${what.effect}:when=${n}`;
        if (!(await tryAt({ inject, key: inject.replace(/\W/g, '-') }))) break;
        points += 1;
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

const LOAD = ['load', delta, '--into', 'store:app:1'];

for (const { what, ...how } of [
  { what: 'killed', calls: WRITES, effect: 'signal=SIGKILL' },
  { what: 'out of disk space', calls: GROWING, effect: 'error=ENOSPC' },
]) {
  test(`a delta that is ${what} at any write of its loading leaves the old image or the new one, and the next goes on`, {
    skip,
  }, async t => {
    const points = await untilNothingIsLeft(how, async ({ inject, key }) => {
      const data = join(directory, `load-${key}`);
      cpSync(prepared, data, { recursive: true });
      const first = await sampan(LOAD, data, inject);
      const after = await stored(data);
      if (first.code === 0) equal(after, 'new');
      if (what !== 'killed' && first.code !== 0) ok(/space|ENOSPC/.test(first.stderr), first.stderr);
      const second = await sampan(LOAD, data);
      equal(second.code, 0, second.stderr);
      equal(await stored(data), 'new');
      deepEqual(leftovers(data), [], inject);
      rmSync(data, { recursive: true });
      return first.code !== 0;
    });
    t.diagnostic(`interrupted at each of ${points} writes`);
    ok(points >= 8, `${points}`);
  });

  test(`a delta that is ${what} at any write of its making is not there, or whole`, { skip }, async t => {
    const digest = digestOf(readFileSync(delta));
    const points = await untilNothingIsLeft(how, async ({ inject, key }) => {
      const data = join(directory, `make-${key}`);
      cpSync(both, data, { recursive: true });
      const out = join(data, 'out');
      mkdirSync(out);
      const path = join(out, 'app.delta');
      const words = ['delta', 'store:app:old', 'store:app:new', '-o', path];
      const first = await sampan(words, data, inject);
      if (existsSync(path)) equal(digestOf(readFileSync(path)), digest);
      else ok(first.code !== 0);
      const second = await sampan(words, data);
      equal(second.code, 0, second.stderr);
      equal(digestOf(readFileSync(path)), digest);
      rmSync(data, { recursive: true });
      return first.code !== 0;
    });
    t.diagnostic(`interrupted at each of ${points} writes`);
    ok(points >= 4, `${points}`);
  });
}
