import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { docker } from '../corpus/docker.ts';
import { writeArchive } from './archive.ts';
import type { Benchmark, Measurement, MeasureOptions } from './benchmark.ts';
import { COMMAND, has, type Timed, timed } from './timed.ts';

/** The image of the corpus with the most files. */
const LARGE = 'sampan-corpus/desk:fat';
const COMPRESSED = 'sampan-corpus/board:fat';
/** On an archive of that kind, 1713 MB; see docs/benchmarks.md. */
const DIVE = { seconds: 2.03, bytes: 133e6 };

/** Looking at archives: beside a checksum of the same file, and beside unpacking. */
export const inspectBenchmark: Benchmark = {
  name: 'inspect',
  summary:
    'archives looked at for the first time, and again: beside a checksum of the same file, unpacking, and what dive took',
  async measure({ runs, directory }: MeasureOptions): Promise<readonly Measurement[]> {
    mkdirSync(directory, { recursive: true });
    const setting = { runs: Math.min(runs, 5), directory };
    return [...largeImage(setting), ...compressed(setting), ...largeFiles(setting), ...manyFiles(setting)];
  },
};

type Setting = Pick<MeasureOptions, 'runs' | 'directory'>;

/** One that remembers nothing, unless told. */
function inspect({ runs, directory }: Setting, archive: string, words = ['--no-cache']): Timed {
  const env = { ...process.env, XDG_DATA_HOME: join(directory, 'data') };
  return timed(runs, [COMMAND, 'inspect', '--json', ...words, archive], { directory, env });
}

function largeImage(setting: Setting): Measurement[] {
  const archive = join(setting.directory, 'large.tar');
  if (docker('save', '-o', archive, LARGE).status !== 0)
    return [{ name: 'an archive', unit: 's', ours: 0, note: `${LARGE} is not built: corpus/build desk` }];
  const ours = inspect(setting, archive);
  const sum = timed(1, ['sha256sum', archive], setting);
  const again = inspect(setting, archive, []);
  const megabytes = statSync(archive).size / 1e6;
  rmSync(archive);
  const name = `an archive of ${megabytes.toFixed(0)} MB`;
  return [
    { name, unit: 's', ours: ours.seconds, against: 'sha256sum', theirs: sum.seconds, most: 1 / 8 },
    {
      name: `${name}: processor`,
      unit: 's',
      ours: ours.cpuSeconds,
      against: 'sha256sum',
      theirs: sum.cpuSeconds,
    },
    { name, unit: 's', ours: ours.seconds, against: 'dive, recorded', theirs: DIVE.seconds, most: 1 / 3 },
    {
      name: `${name}: memory`,
      unit: 'MB',
      ours: ours.peakBytes / 1e6,
      against: 'dive, recorded',
      theirs: DIVE.bytes / 1e6,
      most: 1,
    },
    { name: 'a second look at it', unit: 's', ours: again.seconds, most: 0.5 },
  ];
}

const GUNZIPS = [['gunzip'], ['pigz', '-d']] as const;

function compressed(setting: Setting): Measurement[] {
  const layout = join(setting.directory, 'layout');
  const name = 'a layout compressed with gzip';
  const made = spawnSync('skopeo', ['copy', '-q', `docker-daemon:${COMPRESSED}`, `oci:${layout}:1`]);
  if (made.status !== 0)
    return [{ name, unit: 's', ours: 0, note: `not made of ${COMPRESSED}: ${made.stderr ?? 'no skopeo'}` }];
  const blobs = globSync(join(layout, 'blobs/sha256/*')).filter(path => statSync(path).size > 1e5);
  const ours = inspect(setting, `oci:${layout}`);
  const peers = GUNZIPS.filter(([program]) => has(program)).map(words => {
    const script = `for blob; do ${words.join(' ')} < "$blob" > /dev/null; done`;
    return { words, took: timed(setting.runs, ['sh', '-c', script, 'sh', ...blobs], setting) };
  });
  rmSync(layout, { recursive: true });
  const fastest = peers.toSorted((a, b) => a.took.seconds - b.took.seconds)[0];
  if (fastest === undefined) return [{ name, unit: 's', ours: ours.seconds }];
  const cores = Math.min(availableParallelism(), blobs.length);
  return [
    {
      name,
      unit: 's',
      ours: ours.seconds,
      against: `${fastest.words.join(' ')}, on ${cores} cores`,
      theirs: fastest.took.seconds / cores,
      most: 1.2,
    },
  ];
}

/** Memory must not grow with the size of files. */
function largeFiles(setting: Setting): Measurement[] {
  const [small, large] = [100e6, 10e9].map(bytes => {
    const archive = join(setting.directory, 'files.tar');
    writeArchive(archive, { files: 40, fileBytes: bytes / 40 });
    const took = inspect({ ...setting, runs: 1 }, archive);
    rmSync(archive);
    return took;
  });
  return [
    {
      name: '10 GB in 40 files: memory',
      unit: 'MB',
      ours: large!.peakBytes / 1e6,
      against: '100 MB in 40 files',
      theirs: small!.peakBytes / 1e6,
      most: 1.1,
    },
    { name: '10 GB in 40 files', unit: 's', ours: large!.seconds },
  ];
}

function manyFiles(setting: Setting): Measurement[] {
  const archive = join(setting.directory, 'many.tar');
  writeArchive(archive, { files: 1_000_000, fileBytes: 600 });
  const took = inspect({ ...setting, runs: 1 }, archive);
  if (existsSync(archive)) rmSync(archive);
  return [
    { name: '1 000 000 files', unit: 's', ours: took.seconds, most: 20 },
    { name: '1 000 000 files: memory', unit: 'MB', ours: took.peakBytes / 1e6, most: 1000 },
  ];
}
