import { isAbsolute, resolve } from 'node:path';
import type { BindMount } from '../../core/engine/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { type Exercise, parseHttpProbe } from '../../image/exercise/index.ts';
import { duration, file, list, number, size, text } from '../command/index.ts';
import { splitWords } from './words.ts';

/** Options of every command that runs an app to see whether it works. */
export const EXERCISE_OPTIONS = {
  probe: list({
    placeholder: 'HTTP',
    description:
      'ask the app for something: http://:8080/path, or "POST http://:8080/api {\\"v\\":1} => 201"',
  }),
  exec: list({ placeholder: 'COMMAND', description: 'run a command in the container; it must succeed' }),
  script: list({
    placeholder: 'FILE',
    complete: 'files',
    description:
      'run a program of this machine against the app, at $SAMPAN_HOST:$SAMPAN_PORT; it must succeed',
  }),
  duration: duration({ description: 'let the app run on for so long after its probes', default: '0s' }),
  readyTimeout: duration({ description: 'how long the app may take to get ready', default: '60s' }),
  env: list({ placeholder: 'NAME=VALUE', description: 'set an environment variable' }),
  mount: list({
    placeholder: 'FROM:TO[:ro]',
    description: 'show a file or directory of this machine to the app',
  }),
  user: text({ placeholder: 'USER', description: "run as this user instead of the image's" }),
  memory: size({ description: 'let the app have so much memory at most' }),
  cpus: number({
    description: 'let the app have so many cores at most',
    min: 0.01,
    max: 1024,
    fraction: true,
  }),
  pids: number({ description: 'let the app have so many processes at most', min: 1, max: 4_194_304 }),
} as const;

/** What those options become. */
export interface ExerciseValues {
  readonly probe: readonly string[];
  readonly exec: readonly string[];
  readonly script: readonly string[];
  readonly duration: number;
  readonly readyTimeout: number;
  readonly env: readonly string[];
  readonly mount: readonly string[];
  readonly user: string | undefined;
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
  readonly pids: number | undefined;
}

/** Reads them. @throws SampanError `usage`. */
export function readExercise(values: ExerciseValues, cwd: string, command: readonly string[]): Exercise {
  return {
    probes: [
      ...values.probe.map(parseHttpProbe),
      ...values.exec.map(each => ({ kind: 'exec', args: splitWords(each) }) as const),
      ...values.script.map(each => ({ kind: 'script', path: resolve(cwd, each) }) as const),
    ],
    env: values.env.map(checkVariable),
    mounts: values.mount.map(each => readMount(each, cwd)),
    limits: {
      ...(values.memory === undefined ? {} : { memoryBytes: values.memory }),
      ...(values.cpus === undefined ? {} : { cpus: values.cpus }),
      ...(values.pids === undefined ? {} : { pids: values.pids }),
    },
    readyMs: values.readyTimeout,
    durationMs: values.duration,
    ...(values.user === undefined ? {} : { user: values.user }),
    ...(command.length === 0 ? {} : { command }),
  };
}

function checkVariable(given: string): string {
  if (/^[^=]+=/.test(given)) return given;
  throw new SampanError('usage', `--env: ${given} is not NAME=VALUE`);
}

function readMount(given: string, cwd: string): BindMount {
  const [from = '', to = '', mode = 'rw'] = given.split(':');
  if (from === '' || !isAbsolute(to) || !['ro', 'rw'].includes(mode)) {
    throw new SampanError(
      'usage',
      `--mount: ${given} is not FROM:TO or FROM:TO:ro, with an absolute path as TO`,
    );
  }
  return { source: resolve(cwd, from), target: to, readOnly: mode === 'ro' };
}

/** Where documents that a person names are. */
export const EVIDENCE_OPTION = {
  evidence: list({
    placeholder: 'FILE',
    complete: 'files',
    description: 'evidence of runs, written by `sampan observe`',
  }),
} as const;

/** A file to write. */
export const REPORT_OPTION = {
  report: file({ description: 'write a page that shows what went and why' }),
} as const;
