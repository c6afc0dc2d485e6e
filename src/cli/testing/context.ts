import { SILENT } from '../../core/progress/index.ts';
import type { Context } from '../context/index.ts';
import { type MemoryOutput, memoryOutput } from './output.ts';

/** A context that touches nothing, for tests of commands. */
export interface FakeContext extends Context {
  readonly stdout: MemoryOutput;
  readonly stderr: MemoryOutput;
}

/** Makes a {@link FakeContext}; what is given replaces what it would have. */
export function fakeContext(changes: Partial<Omit<Context, 'stdout' | 'stderr'>> = {}): FakeContext {
  return {
    env: {},
    input: {
      isTerminal: false,
      line: () => new Promise(() => {}),
      secret: async () => new Uint8Array(),
      all: async () => new Uint8Array(),
      sendTo: target => {
        target.end();
        return () => {};
      },
    },
    cwd: '/',
    home: '/root',
    signal: new AbortController().signal,
    now: () => 0,
    progress: SILENT,
    verbose: false,
    quiet: false,
    setExitStatus: () => {},
    ...changes,
    stdout: memoryOutput(),
    stderr: memoryOutput(),
  };
}
