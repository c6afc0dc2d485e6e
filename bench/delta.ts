import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { digestOf } from '../src/core/bytes/index.ts';
import { tarEnd, tarHeader, tarPadding } from '../src/core/tar/index.ts';
import type { Benchmark, Measurement } from './benchmark.ts';
import { runMeasured } from './process.ts';

const SAMPAN = fileURLToPath(new URL('../bin/sampan', import.meta.url));

/** Two images as Docker archives. */
interface Pair {
  readonly name: string;
  readonly old: string;
  readonly new: string;
}

/**
 * Delta sizes beside those of the peers. Pairs of archives `NAME-old.tar` and `NAME-new.tar` in the directory
 * that SAMPAN_DELTA_PAIRS names are measured too; SAMPAN_ALPINE names one with the minirootfs archives.
 */
export const deltaBenchmark: Benchmark = {
  name: 'delta',
  summary: 'the size of a delta, and the time that making and loading it take, beside zstd and xdelta3',
  measure: async ({ directory }) => {
    const pairs = [...alpinePairs(directory), ...givenPairs(), codeChange(directory)];
    const measured: Measurement[] = [];
    for (const pair of pairs) measured.push(...(await measurePair(pair, directory)));
    return measured;
  },
};

function alpinePairs(directory: string): readonly Pair[] {
  const alpine =
    process.env.SAMPAN_ALPINE ?? fileURLToPath(new URL('../../shared/data/alpine', import.meta.url));
  const path = (version: string): string => join(alpine, `alpine-minirootfs-${version}-x86_64.tar.gz`);
  if (!existsSync(path('3.18.9'))) {
    console.log(`skipped: Alpine, no minirootfs archives in ${alpine} (SAMPAN_ALPINE)`);
    return [];
  }
  const archive = (version: string, side: string): string =>
    writeImage(join(directory, `alpine-${side}.tar`), `alpine:${version}`, [
      gunzipSync(readFileSync(path(version))),
    ]);
  return [{ name: 'Alpine 3.18.9 to 3.20.3', old: archive('3.18.9', 'old'), new: archive('3.20.3', 'new') }];
}

const GIVEN = ['one', 'ruby', 'hundred', 'large'];

function givenPairs(): readonly Pair[] {
  const at = process.env.SAMPAN_DELTA_PAIRS ?? join(tmpdir(), 'sampan-delta-pairs');
  return GIVEN.flatMap(name => {
    const pair = { name, old: join(at, `${name}-old.tar`), new: join(at, `${name}-new.tar`) };
    if (existsSync(pair.old) && existsSync(pair.new)) return [pair];
    console.log(`skipped: ${name}, no ${pair.old} and ${pair.new} (SAMPAN_DELTA_PAIRS, see docs/deltas.md)`);
    return [];
  });
}

/** 60 MB, of which 10 kB of code change. */
function codeChange(directory: string): Pair {
  const runtime = tarOf([['usr/bin/node', readFileSync(process.execPath).subarray(0, 60_000_000)]]);
  const line = (i: number): string =>
    `export const value${i} = compute(${(i * 7919) % 10_007}, 'some text ${i}');\n`;
  const code = Array.from({ length: 8000 }, (_, i) => line(i));
  const changed = code.map((text, i) => (i >= 4000 && i < 4160 ? line(i * 31 + 5) : text));
  const write = (side: string, text: readonly string[]): string =>
    writeImage(join(directory, `code-${side}.tar`), `app:${side}`, [
      runtime,
      tarOf([['app/main.js', Buffer.from(text.join(''))]]),
    ]);
  return { name: '10 kB of code in 60 MB', old: write('old', code), new: write('new', changed) };
}

function tarOf(files: readonly (readonly [string, Uint8Array])[]): Buffer {
  const parts = files.flatMap(([path, bytes]) => [
    tarHeader({ type: 'file', path, size: bytes.length, mode: 0o644, uid: 0, gid: 0, mtime: 0 }),
    bytes,
    tarPadding(bytes.length),
  ]);
  return Buffer.concat([...parts, tarEnd()]);
}

function writeImage(path: string, name: string, layers: readonly Buffer[]): string {
  const rootfs = { type: 'layers', diff_ids: layers.map(layer => digestOf(layer)) };
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', config: { Cmd: ['/x'] }, rootfs });
  const paths = layers.map((_, i) => `${i}/layer.tar`);
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers: paths }]);
  const files = [
    ...layers.map((layer, i) => [paths[i]!, layer] as const),
    ['config.json', Buffer.from(config)] as const,
    ['manifest.json', Buffer.from(manifest)] as const,
  ];
  writeFileSync(path, tarOf(files));
  return path;
}

async function measurePair(pair: Pair, directory: string): Promise<readonly Measurement[]> {
  const delta = join(directory, 'ours.delta');
  const data = join(directory, `data-${pair.name.replace(/\W/g, '-')}`);
  mkdirSync(data, { recursive: true });
  const env = { ...process.env, XDG_DATA_HOME: data, DOCKER_HOST: 'unix:///nowhere' };
  const made = await runMeasured(
    SAMPAN,
    ['delta', `docker-archive:${pair.old}`, `docker-archive:${pair.new}`, '-o', delta, '-q'],
    env,
  );
  if (made.status !== 0) throw new Error(`${pair.name}: ${made.stderr}`);
  const quick = await runMeasured('zstd', ['-3', ...zstdOptions(pair, join(directory, 'quick.zst'))]);
  execFileSync(SAMPAN, ['copy', `docker-archive:${pair.old}`, 'store:old', '-q'], { env });
  const loaded = await runMeasured(SAMPAN, ['load', delta, '--into', 'store:new', '-q'], env);
  if (loaded.status !== 0) throw new Error(`${pair.name}: ${loaded.stderr}`);
  const { name } = pair;
  const isLarge = statSync(pair.new).size > 1e9;
  return [
    ...sizesOf(pair, statSync(delta).size / 1e3, directory),
    {
      name: `${name}: making`,
      unit: 's',
      ours: made.seconds,
      against: 'zstd -3 --patch-from',
      theirs: quick.seconds,
      // What is small is packed as well as can be, and takes the time that needs.
      ...(isLarge ? { most: 3 } : {}),
    },
    { name: `${name}: memory of making`, unit: 'MB', ours: made.peakBytes / 1e6, most: 500 },
    { name: `${name}: loading`, unit: 'MB/s', ours: statSync(pair.new).size / 1e6 / loaded.seconds },
    { name: `${name}: memory of loading`, unit: 'MB', ours: loaded.peakBytes / 1e6 },
  ];
}

/** How large ours is beside those of others. */
function sizesOf(pair: Pair, ours: number, directory: string): readonly Measurement[] {
  const { name } = pair;
  return [
    {
      name,
      unit: 'kB',
      ours,
      against: 'zstd -19 --long=31 --patch-from',
      theirs: peer('zstd', ['-19', ...zstdOptions(pair, join(directory, 'theirs'))], directory),
      most: 1,
    },
    {
      name,
      unit: 'kB',
      ours,
      ...optionalPeer(
        'xdelta3',
        ['-e', '-9', '-f', '-s', pair.old, pair.new, join(directory, 'theirs')],
        directory,
      ),
    },
  ];
}

function zstdOptions(pair: Pair, out: string): readonly string[] {
  return ['--long=31', '-q', '-f', `--patch-from=${pair.old}`, pair.new, '-o', out];
}

/** The size of what a program wrote to `theirs`, in kB. */
function peer(program: string, args: readonly string[], directory: string): number {
  execFileSync(program, args, { stdio: 'ignore' });
  return statSync(join(directory, 'theirs')).size / 1e3;
}

function optionalPeer(
  program: string,
  args: readonly string[],
  directory: string,
): Pick<Measurement, 'against' | 'theirs' | 'note'> {
  if (spawnSync(program, ['-V'], { stdio: 'ignore' }).error !== undefined)
    return { note: `${program} is not installed` };
  return { against: program, theirs: peer(program, args, directory) };
}
