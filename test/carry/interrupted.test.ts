import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { countChunks, formatChunkList } from '../../src/carry/fetch/index.ts';
import { type Served, serve } from '../../src/carry/fetch/testing/index.ts';
import { runWords } from '../../src/cli/app/index.ts';
import { bundleCommand } from '../../src/cli/commands/bundle.ts';
import { fetchCommand } from '../../src/cli/commands/fetch.ts';
import { loadCommand } from '../../src/cli/commands/load.ts';
import { fakeContext } from '../../src/cli/testing/index.ts';
import { type Digest, digestOf } from '../../src/core/bytes/index.ts';
import { findStored, graphOf, nameStored, openStore } from '../../src/core/store/index.ts';
import { putImage, tarOf } from '../../src/core/store/testing/index.ts';
import {
  type BuiltApp,
  builtApp,
  cannotTrace,
  GROWING,
  type Moment,
  straced,
  untilNothingIsLeft,
  WRITES,
} from '../testing/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'sampan-carry-interrupted-'));
const prepared = join(directory, 'prepared');
const bundle = join(directory, 'new.tar');
const skip = cannotTrace();

const BASE = tarOf([{ path: 'base', content: randomBytes(100_000) }]);
const OLD = tarOf([{ path: 'app', content: 'old' }]);
const NEW = tarOf([{ path: 'app', content: randomBytes(300_000) }]);
const roots = new Map<string, Digest>();
let app: BuiltApp | undefined;

/** A store with the old image, and a bundle with the new one of the same name. */
before(async () => {
  app = await builtApp(['load', 'bundle', 'fetch']);
  const store = await openStore(join(prepared, 'sampan'));
  for (const [name, layers] of [
    ['old', [BASE, OLD]],
    ['new', [BASE, NEW]],
  ] as const) {
    const root = await putImage(store.blobs, { layers });
    roots.set(name, root.digest);
    await nameStored(store, 'app:1', { root });
    if (name === 'new')
      await inside(['bundle', 'store:app:1', '-o', bundle, '--compression', 'keep'], prepared);
  }
  rmSync(prepared, { recursive: true });
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
  const table = Object.entries({ load: loadCommand, bundle: bundleCommand, fetch: fetchCommand }).map(
    ([name, command]) => ({ name, summary: '', group: 'carry' as const, load: async () => command }),
  );
  await runWords(
    words,
    table,
    fakeContext({ env: settings(data), cwd: directory, home: directory, now: Date.now }),
  );
}

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs a command in a process of its own, to which something happens at a moment. */
async function interrupted(words: readonly string[], data: string, under: readonly string[]): Promise<Ended> {
  const [program = '', ...rest] = [...under, process.execPath, app?.main ?? '', ...words];
  // One thread does all that touches files, so that the same call is always the same number.
  const env = { ...process.env, ...settings(data), UV_THREADPOOL_SIZE: '1', TMPDIR: '' };
  const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let stderr = '';
  child.stderr.on('data', text => {
    stderr += text;
  });
  await once(child, 'close');
  return { code: child.exitCode, stderr };
}

const keyOf = ({ call, n }: Moment): string => `${call}-${n}`;

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
    const points = await untilNothingIsLeft(how.calls, async moment => {
      const data = join(directory, `load-${what.length}-${keyOf(moment)}`);
      cpSync(prepared, data, { recursive: true });
      const first = await interrupted(['load', bundle, '--into', 'store:'], data, straced(moment, how));
      const after = await stored(data);
      if (first.code === 0) equal(after, 'new');
      if (what !== 'killed' && first.code !== 0) ok(/space|ENOSPC/.test(first.stderr), first.stderr);
      await inside(['load', bundle, '--into', 'store:'], data);
      equal(await stored(data), 'new');
      deepEqual(leftovers(data), [], keyOf(moment));
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
    const points = await untilNothingIsLeft(how.calls, async moment => {
      const data = join(directory, `fetch-${what.length}-${keyOf(moment)}`);
      mkdirSync(data);
      const path = join(data, 'file.tar');
      const words = ['fetch', new URL('file.tar', server.url).href, '-o', path];
      const first = await interrupted(words, data, straced(moment, how));
      if (existsSync(path)) equal(digestOf(readFileSync(path)), digestOf(bytes));
      else ok(first.code !== 0);
      await inside(words, data);
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
    await inside(['load', bundle, '--into', 'store:'], data);
    const points = await untilNothingIsLeft(how.calls, async moment => {
      const out = join(directory, `out-${what.length}-${keyOf(moment)}`);
      const path = join(out, 'app.tar');
      const words = ['bundle', 'store:app:1', '-o', path, '--compression', 'keep'];
      const first = await interrupted(words, data, straced(moment, how));
      if (existsSync(path)) equal(digestOf(readFileSync(path)), digest);
      else ok(first.code !== 0);
      await inside(words, data);
      equal(digestOf(readFileSync(path)), digest);
      return first.code !== 0;
    });
    t.diagnostic(`interrupted at each of ${points} writes`);
    ok(points >= 4, `${points}`);
  });
}
