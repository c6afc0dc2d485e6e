import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readApp } from '../corpus/app.ts';
import { checkImage } from '../corpus/checks.ts';
import { docker } from '../corpus/docker.ts';
import type { Benchmark, Measurement, MeasureOptions } from './benchmark.ts';
import { runMeasured } from './process.ts';

const NAMES = ['board', 'cache', 'meter', 'desk', 'probe', 'beacon', 'shelf', 'menu'];
const COMMAND = join(import.meta.dirname, '..', 'bin', 'sampan');

/** Slimming each image of the corpus that is built, with no flag; then everything that the app can do is tried. */
export const slimBenchmark: Benchmark = {
  name: 'slim',
  summary:
    'each image of the corpus, slimmed and proven with no flag: size, time, peak memory, and the checks that pass',
  async measure({ directory }: MeasureOptions): Promise<readonly Measurement[]> {
    mkdirSync(directory, { recursive: true });
    const measured: Measurement[] = [];
    for (const name of NAMES) measured.push(...(await slimOne(name, directory)));
    return measured;
  },
};

async function slimOne(name: string, directory: string): Promise<Measurement[]> {
  const fat = `sampan-corpus/${name}:fat`;
  const tag = `sampan-corpus/${name}:slim`;
  const before = imageBytes(fat);
  if (before === 0)
    return [{ name: `${name}: size`, unit: 'MB', ours: 0, note: `not built: corpus/build ${name}` }];
  const file = join(directory, `${name}.tar`);
  const usage = await runMeasured(COMMAND, [
    'slim',
    `docker-daemon:${fat}`,
    '--tag',
    tag,
    '--output',
    `docker-archive:${file}`,
  ]);
  if (usage.status !== 0)
    return [{ name: `${name}: size`, unit: 'MB', ours: 0, note: usage.stderr.slice(-200) }];
  docker('load', '--input', file);
  const checks = await checkImage(readApp(name), tag);
  docker('rmi', tag);
  const failed = checks.filter(check => !check.passed).map(check => check.name);
  return [
    {
      name: `${name}: size`,
      unit: 'MB',
      ours: statSync(file).size / 1e6,
      against: 'the fat image',
      theirs: before / 1e6,
      note: failed.length === 0 ? `all ${checks.length} checks pass` : `FAILED: ${failed.join(', ')}`,
    },
    { name: `${name}: time with proof`, unit: 's', ours: usage.seconds },
    {
      name: `${name}: peak memory`,
      unit: 'MB',
      ours: usage.peakBytes / 1e6,
      note: 'with the app that is observed',
    },
  ];
}

function imageBytes(image: string): number {
  const { status, text } = docker('image', 'inspect', '--format', '{{.Size}}', image);
  return status === 0 ? Number(text) : 0;
}
