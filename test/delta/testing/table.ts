import type { CommandEntry } from '../../../src/cli/command/index.ts';

/** The commands that make and apply deltas. */
export const TABLE: readonly CommandEntry[] = [
  {
    name: 'delta',
    summary: 'makes a delta',
    group: 'carry',
    load: async () => (await import('../../../src/cli/commands/delta.ts')).deltaCommand,
  },
  {
    name: 'load',
    summary: 'loads a file',
    group: 'carry',
    load: async () => (await import('../../../src/cli/commands/load.ts')).loadCommand,
  },
];
