import type { Benchmark, Measurement, MeasureOptions } from './benchmark.ts';
import { COMMAND, timed } from './timed.ts';

/** How long the command line takes to say something. */
export const startBenchmark: Benchmark = {
  name: 'start',
  summary: 'what needs no work: sampan --version and --help, beside Node itself',
  async measure({ runs, directory }: MeasureOptions): Promise<readonly Measurement[]> {
    const times = Math.max(runs, 9);
    // Compiled sources are kept by the first run.
    timed(1, [COMMAND, '--help'], { directory });
    const node = timed(times, [process.execPath, '-e', '0'], { directory });
    return ['--version', '--help'].flatMap(word => {
      const took = timed(times, [COMMAND, word], { directory });
      return [
        { name: `sampan ${word}`, unit: 's', ours: took.seconds, most: 0.12 },
        {
          name: `sampan ${word}`,
          unit: 's',
          ours: took.seconds,
          against: 'node -e 0',
          theirs: node.seconds,
        },
      ];
    });
  },
};
