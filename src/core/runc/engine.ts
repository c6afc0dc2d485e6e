import type { Container, Engine, RunSpec, StartOptions } from '../engine/index.ts';
import { isSampanError, SampanError, wrap } from '../errors/index.ts';
import { openWork, type Work } from '../work/index.ts';
import { runningContainer } from './container.ts';
import { openForwarder } from './forward.ts';
import { type Checked, checkSpec, prepareRun } from './prepare.ts';
import { awaitStart, runForeground } from './run.ts';
import { findRuntime, type Runtime } from './runtime.ts';

/** What the engine stands on. */
export interface RuncOptions {
  /** Where work directories are made; `sweep` it to remove what a killed process left. */
  readonly base: string;
  /** The runtime's name or path; `runc` when absent. */
  readonly runtime?: string;
  /** Where programs of the host are looked for. */
  readonly searchPath: string;
}

/**
 * An engine that drives an OCI runtime directly, with Docker's defaults, and a network of its own with nothing
 * but loopback. Every container has a work directory below `base`.
 *
 * @throws SampanError `denied` for who is not root, `unavailable` when the runtime is not installed.
 */
export async function runcEngine(options: RuncOptions): Promise<Engine> {
  if (process.geteuid?.() !== 0) {
    throw new SampanError('denied', 'only root can run containers without a daemon', {
      remedy: 'run it with sudo, or choose --engine docker',
    });
  }
  const runtime = await findRuntime(options.runtime ?? 'runc', options.searchPath);
  return {
    name: 'runc',
    description: runtime.description,
    start: (spec, start = {}) => startContainer(runtime, spec, { ...start, ...options }),
  };
}

async function startContainer(
  runtime: Runtime,
  spec: RunSpec,
  options: StartOptions & RuncOptions,
): Promise<Container> {
  if (options.signal?.aborted === true)
    throw new SampanError('cancelled', 'cancelled before the container started');
  const checked = checkSpec(spec);
  const work = await openWork(options.base);
  try {
    return await startIn(work, { runtime, checked, options });
  } catch (error) {
    await work[Symbol.asyncDispose]();
    throw isSampanError(error) ? error : wrap('starting a container', error);
  }
}

async function startIn(
  work: Work,
  request: {
    readonly runtime: Runtime;
    readonly checked: Checked;
    readonly options: StartOptions & RuncOptions;
  },
): Promise<Container> {
  const { runtime, checked, options } = request;
  const gated = options.beforeStart !== undefined;
  const prepared = prepareRun(runtime, checked, { work, gated, searchPath: options.searchPath });
  const forwarder = await openForwarder(checked.spec.ports ?? [], work.childEnvironment);
  try {
    const foreground = runForeground(runtime, prepared);
    const pid = await awaitStart(foreground, prepared, options);
    if (!foreground.hasEnded()) forwarder.attach(pid);
    return runningContainer({ runtime, prepared, foreground, forwarder, pid });
  } catch (error) {
    forwarder.close();
    throw error;
  }
}
