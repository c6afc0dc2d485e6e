import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Benchmark, type Measurement, type MeasureOptions, median } from './benchmark.ts';
import { IDLE_IMAGE, idleSite, SERVICES } from './idle.ts';
import { COMMAND, timed } from './timed.ts';

/** What `up` costs beside the engine itself. */
export const upBenchmark: Benchmark = {
  name: 'up',
  summary: `${SERVICES} services: up from nothing beside the engine's own times, and up when all is right`,
  async measure({ runs, directory }: MeasureOptions): Promise<readonly Measurement[]> {
    const site = idleSite(directory, 'bench-site');
    const env = { ...process.env, XDG_DATA_HOME: join(directory, 'data') };
    const sampan = (...words: readonly string[]): void =>
      void execFileSync(COMMAND, words, { cwd: site, env, stdio: 'ignore' });
    try {
      const times = Math.min(runs, 3);
      const nothing: number[] = [];
      for (let run = 0; run < times; run++) {
        sampan('down');
        nothing.push(seconds(() => sampan('up', '--quiet')));
      }
      const right = timed(times, [COMMAND, 'up', '--quiet', '-f', join(site, 'compose.yaml')], {
        directory: site,
        env,
      });
      sampan('down');
      const engine = median(Array.from({ length: times }, engineAlone));
      return [
        {
          name: 'up from nothing',
          unit: 's',
          ours: median(nothing),
          against: 'docker create and start, one by one',
          theirs: engine,
          most: 1.3,
        },
        { name: 'up when all is right', unit: 's', ours: right.seconds, most: 1 },
      ];
    } finally {
      sampan('down');
      execFileSync('docker', ['rmi', '--force', IDLE_IMAGE], { stdio: 'ignore' });
    }
  },
};

function seconds(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

/** What the engine takes for the same containers, one after the other. */
function engineAlone(): number {
  const names = Array.from({ length: SERVICES }, (_, index) => `sampan-bench-${process.pid}-${index}`);
  const docker = (...words: readonly string[]): void =>
    void execFileSync('docker', words, { stdio: 'ignore' });
  const network = `sampan-bench-${process.pid}`;
  docker('network', 'create', network);
  try {
    return seconds(() => {
      for (const name of names) {
        docker('create', '--init', '--memory', '64m', '--network', network, '--name', name, IDLE_IMAGE);
        docker('start', name);
      }
    });
  } finally {
    docker('rm', '--force', ...names);
    docker('network', 'rm', network);
  }
}
