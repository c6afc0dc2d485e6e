import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readApp } from '../corpus/app.ts';
import { checkImage } from '../corpus/checks.ts';
import { docker } from '../corpus/docker.ts';
import type { Benchmark, Measurement, MeasureOptions } from './benchmark.ts';
import { probesOf } from './probes.ts';
import { runMeasured } from './process.ts';

/** The images of the corpus that can be built from packages alone. */
export const IMAGES = ['board', 'cache', 'meter', 'desk', 'probe', 'beacon', 'shelf', 'menu'] as const;
const ROOT = join(import.meta.dirname, '..');
const COMMAND = join(ROOT, 'bin', 'sampan');
const LEVELS = ['balanced', 'tight'] as const;

/** Slimming images of the corpus: with no flag, and tight with probes; then everything that the app can do is tried. */
export const slimBenchmark: Benchmark = {
  name: 'slim',
  summary:
    'images of the corpus, slimmed and proven with no flag (balanced), and with probes of all that the app does (tight): size, time, peak memory of all processes, and the checks that pass',
  async measure({
    directory,
    images = IMAGES,
    build = false,
  }: MeasureOptions): Promise<readonly Measurement[]> {
    mkdirSync(directory, { recursive: true });
    const measured: Measurement[] = [];
    for (const name of images) {
      if (build && !isBuilt(name)) buildImage(name);
      if (isBuilt(name))
        for (const level of LEVELS) measured.push(...(await slimOne(name, level, directory)));
      else measured.push({ name: `${name}: size`, unit: 'MB', ours: 0, note: `not built: add --build` });
    }
    return measured;
  },
};

function isBuilt(name: string): boolean {
  return docker('image', 'inspect', '--format', '{{.Id}}', `sampan-corpus/${name}:fat`).status === 0;
}

function buildImage(name: string): void {
  spawnSync(join(ROOT, 'corpus', 'build'), [name], { stdio: 'inherit' });
}

/** What of `sampan.slim/1` is read here. */
interface Slimmed {
  readonly level: string;
  readonly proven: boolean;
  readonly before: { readonly sizeBytes: number };
  readonly after: { readonly sizeBytes: number };
}

async function slimOne(name: string, level: string, directory: string): Promise<Measurement[]> {
  const title = `${name} ${level}`;
  const tag = `sampan-bench/${name}:${level}`;
  const env = { ...process.env, XDG_DATA_HOME: join(directory, 'data') };
  const probes = level === 'tight' ? probesOf(readApp(name), directory) : [];
  const words = ['slim', '--json', `docker-daemon:sampan-corpus/${name}:fat`, '--tag', tag];
  const usage = await runMeasured(COMMAND, [...words, '--level', level, ...probes], env);
  if (usage.status !== 0)
    return [{ name: `${title}: size`, unit: 'MB', ours: 0, note: `FAILED: ${usage.stderr.slice(-300)}` }];
  // The document is our own, and its schema says what it has.
  const slimmed = JSON.parse(usage.stdout) as Slimmed;
  const note = await checked(name, tag, env);
  const fell = slimmed.level === level ? '' : ` at level ${slimmed.level} only`;
  return [
    {
      name: `${title}: size`,
      unit: 'MB',
      ours: slimmed.after.sizeBytes / 1e6,
      against: 'the fat image',
      theirs: slimmed.before.sizeBytes / 1e6,
      note: `${slimmed.proven ? 'proven' : 'NOT PROVEN'}${fell}; ${note}`,
    },
    { name: `${title}: time with proof`, unit: 's', ours: usage.seconds },
    {
      name: `${title}: peak memory`,
      unit: 'MB',
      ours: usage.peakBytes / 1e6,
      note: 'resident, of all processes',
    },
  ];
}

/** Loads the result into the engine and tries everything that the app can do. */
async function checked(name: string, tag: string, env: NodeJS.ProcessEnv): Promise<string> {
  const loaded = spawnSync(COMMAND, ['copy', '-q', `store:${tag}`, `docker-daemon:${tag}`], { env });
  if (loaded.status !== 0) return `NOT LOADED: ${loaded.stderr}`;
  try {
    const checks = await checkImage(readApp(name), tag);
    const failed = checks.filter(check => !check.passed).map(check => `${check.name} (${check.got})`);
    return failed.length === 0 ? `all ${checks.length} checks pass` : `FAILED: ${failed.join(', ')}`;
  } finally {
    docker('rmi', tag);
  }
}
