import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { countChunks, formatChunkList } from '../../src/carry/fetch/index.ts';
import { type Served, serve } from '../../src/carry/fetch/testing/index.ts';
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

const directory = mkdtempSync(join(tmpdir(), 'sampan-carry-interrupted-'));
const prepared = join(directory, 'prepared');
const bundle = join(directory, 'new.tar');
const skip =
  spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0
    ? false
    : 'strace is not installed, or may not trace';

const BASE = tarOf([{ path: 'base', content: randomBytes(100_000) }]);
const OLD = tarOf([{ path: 'app', content: 'old' }]);
const NEW = tarOf([{ path: 'app', content: randomBytes(300_000) }]);
const roots = new Map<string, Digest>();

/** A store with the old image, and a bundle with the new one of the same name. */
before(async () => {
  const store = await openStore(join(prepared, 'sampan'));
  for (const [name, layers] of [
    ['old', [BASE, OLD]],
    ['new', [BASE, NEW]],
  ] as const) {
    const root = await putImage(store.blobs, { layers });
    roots.set(name, root.digest);
    await nameStored(store, 'app:1', { root });
    if (name === 'new')
      await sampan(['bundle', 'store:app:1', '-o', bundle, '--compression', 'keep'], prepared);
  }
  rmSync(prepared, { recursive: true });
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

for (const { what, ...how } of [
  { what: 'killed', calls: WRITES, effect: 'signal=SIGKILL' },
  { what: 'out of disk space', calls: GROWING, effect: 'error=ENOSPC' },
]) {
  test(`a load that is ${what} at any write leaves the old image or the new one, and the next goes on`, {
    skip,
  }, async t => {
    const points = await untilNothingIsLeft(how, async ({ inject, key }) => {
      const data = join(directory, `load-${key}`);
      cpSync(prepared, data, { recursive: true });
      const first = await sampan(['load', bundle, '--into', 'store:'], data, inject);
      const after = await stored(data);
      if (first.code === 0) equal(after, 'new');
      if (what !== 'killed' && first.code !== 0) ok(/space|ENOSPC/.test(first.stderr), first.stderr);
      const second = await sampan(['load', bundle, '--into', 'store:'], data);
      equal(second.code, 0, second.stderr);
      equal(await stored(data), 'new');
      deepEqual(leftovers(data), [], inject);
      rmSync(data, { recursive: true });
      return first.code !== 0;
    });
    t.diagnostic(`interrupted at each of ${points} writes`);
    ok(points >= 10, `${points}`);
  });

  test(`a fetch that is ${what} at any write goes on, and the file appears only whole`, { skip }, async t => {
    const server = await serve(t);
    const bytes = randomBytes(300_000);
    const served: Served = { bytes, etag: '"one"' };
    const counter = countChunks(1 << 16);
    counter.add(bytes);
    server.files.set('/file.tar', served);
    server.files.set('/file.tar.chunks', {
      bytes: Buffer.from(formatChunkList(counter.end())),
      etag: '"two"',
    });
    const points = await untilNothingIsLeft(how, async ({ inject, key }) => {
      const data = join(directory, `fetch-${key}`);
      mkdirSync(data);
      const path = join(data, 'file.tar');
      const words = ['fetch', new URL('file.tar', server.url).href, '-o', path];
      const first = await sampan(words, data, inject);
      if (existsSync(path)) equal(digestOf(readFileSync(path)), digestOf(bytes));
      else ok(first.code !== 0);
      const second = await sampan(words, data);
      equal(second.code, 0, second.stderr);
      equal(digestOf(readFileSync(path)), digestOf(bytes));
      deepEqual(
        readdirSync(data).filter(name => name.startsWith('file') || name.endsWith('.part')),
        ['file.tar'],
      );
      rmSync(data, { recursive: true });
      return first.code !== 0;
    });
    t.diagnostic(`interrupted at each of ${points} writes`);
    ok(points >= 5, `${points}`);
  });

  test(`a bundle that is ${what} at any write is not there, or whole`, { skip }, async t => {
    const digest = digestOf(readFileSync(bundle));
    const data = join(directory, `bundling-${how.effect.length}`);
    mkdirSync(data);
    equal((await sampan(['load', bundle, '--into', 'store:'], data)).code, 0);
    const points = await untilNothingIsLeft(how, async ({ inject, key }) => {
      const out = join(directory, `out-${key}`);
      const path = join(out, 'app.tar');
      const words = ['bundle', 'store:app:1', '-o', path, '--compression', 'keep'];
      const first = await sampan(words, data, inject);
      if (existsSync(path)) equal(digestOf(readFileSync(path)), digest);
      else ok(first.code !== 0);
      const second = await sampan(words, data);
      equal(second.code, 0, second.stderr);
      equal(digestOf(readFileSync(path)), digest);
      return first.code !== 0;
    });
    t.diagnostic(`interrupted at each of ${points} writes`);
    ok(points >= 4, `${points}`);
  });
}
