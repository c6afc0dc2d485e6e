import { flag } from './option.ts';

/** Options that every command has. */
export const COMMON_OPTIONS = {
  help: flag({ short: 'h', description: 'show this help' }),
  quiet: flag({ short: 'q', description: 'no progress; only results and errors' }),
  verbose: flag({ short: 'v', description: 'with an error, also its causes' }),
} as const;
