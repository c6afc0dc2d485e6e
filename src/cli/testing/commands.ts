import {
  type CommandEntry,
  choice,
  defineCommand,
  duration,
  file,
  flag,
  list,
  required,
  size,
} from '../command/index.ts';

/** A command that has everything, for tests of help and completion. */
export const SAMPLE_COMMANDS: readonly CommandEntry[] = [
  {
    name: 'shrink',
    summary: "makes an image's layers small",
    group: 'image',
    load: async () =>
      defineCommand({
        description: `The first paragraph is long enough that it must be wrapped even on a wide terminal, because
          it goes on and on about what the command promises.

          The second is short.`,
        arguments: {
          image: required({ description: 'the image: a name, or a file' }),
          output: required({ description: 'where it goes' }),
        },
        options: {
          level: choice({ description: 'how far to go', values: ['safe', 'tight'], default: 'safe' }),
          keep: list({ description: 'keep what matches', placeholder: 'GLOB', short: 'k' }),
          memory: size({ description: "at most that much; it's a limit [of bytes]: no more" }),
          startTimeout: duration({ description: 'how long the app may take to start', default: '30s' }),
          report: file({ description: 'write a page to FILE' }),
          json: flag({ description: 'print JSON, schema sampan.shrink/1' }),
        },
        examples: [{ line: 'shrink nginx out.tar', explanation: 'make nginx small' }],
        exitCodes: { 3: 'the small image could not be proven' },
        run: async () => {},
      }),
  },
];
