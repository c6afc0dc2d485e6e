import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './benchmark.ts';

/** The command line, as a checkout runs it. */
export const COMMAND = join(import.meta.dirname, '..', 'bin', 'sampan');

/** What a program took, the middle of several runs. */
export interface Timed {
  readonly seconds: number;
  /** Of the processor, by all threads. */
  readonly cpuSeconds: number;
  /** Resident, in bytes. */
  readonly peakBytes: number;
}

/** Runs a program as often as told, its output thrown away. @throws Error when it fails. */
export function timed(
  runs: number,
  command: readonly string[],
  options: { readonly directory: string; readonly env?: NodeJS.ProcessEnv },
): Timed {
  const all = Array.from({ length: runs }, () => once(command, options));
  const middle = (pick: (one: Timed) => number): number => median(all.map(pick));
  return {
    seconds: middle(one => one.seconds),
    cpuSeconds: middle(one => one.cpuSeconds),
    peakBytes: middle(one => one.peakBytes),
  };
}

function once(
  command: readonly string[],
  { directory, env = process.env }: { readonly directory: string; readonly env?: NodeJS.ProcessEnv },
): Timed {
  const report = join(directory, 'time');
  const start = performance.now();
  const { status, stderr } = spawnSync('/usr/bin/time', ['-o', report, '-f', '%U %S %M', ...command], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${command.join(' ')}: status ${status} ${stderr.slice(-300)}`);
  const [user = 0, system = 0, kilobytes = 0] = readFileSync(report, 'utf8').trim().split(' ').map(Number);
  return { seconds, cpuSeconds: user + system, peakBytes: kilobytes * 1024 };
}

/** True when a program is there. */
export function has(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', program], { stdio: 'ignore' }).status === 0;
}
