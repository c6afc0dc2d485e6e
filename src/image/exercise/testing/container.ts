import type { Container, ExecResult, Exit } from '../../../core/engine/index.ts';

const NOTHING: ExecResult = { code: 0, stdout: '', stderr: '', timedOut: false };

/** A container without an engine: what it listens on is at ports of this machine. It never ends unless told. */
export function fakeContainer(parts: Partial<Container> & { readonly local?: number } = {}): Container {
  const { local = 1, ...rest } = parts;
  const exit: Exit = { code: 143, oomKilled: false };
  return {
    id: 'fake',
    pid: undefined,
    address: () => ({ host: '127.0.0.1', port: local }),
    exec: async () => NOTHING,
    signal: async () => {},
    stop: async () => exit,
    wait: () => new Promise(() => {}),
    output: async () => ({ stdout: '', stderr: '' }),
    usage: async () => ({ cpuMs: 0 }),
    [Symbol.asyncDispose]: async () => {},
    ...rest,
  };
}
