import {
  type ContainerDetails,
  containerStats,
  type Docker,
  inspectContainer,
  killContainer,
  type OutputChunk,
  waitContainer,
} from '../docker/index.ts';
import {
  type Container,
  type Exit,
  OUTPUT_LIMIT,
  type Output,
  type RunSpec,
  resolveUser,
  signalNumber,
  Tail,
  type Usage,
} from '../engine/index.ts';
import { SampanError } from '../errors/index.ts';
import type { Work } from '../work/index.ts';
import { type Counters, localPid, watchCounters } from './counters.ts';
import { execInside } from './exec.ts';

/** A container that an engine has started. */
export interface Started {
  readonly docker: Docker;
  readonly work: Work;
  readonly spec: RunSpec;
  readonly details: ContainerDetails;
  readonly printed: AsyncIterable<OutputChunk>;
  readonly warnings: readonly string[];
}

/** A container behind the Engine API, from the moment that it was started. */
export function startedContainer(started: Started): Container {
  const { docker, work, spec, details } = started;
  const { id } = details;
  const pid = localPid(details.pid, id);
  const counters = watchCounters(pid);
  const reader = readPrinted(started.printed);
  const ended = awaitEnd(docker, id, reader.done);
  // Who disposes without waiting must not meet an unhandled rejection.
  ended.catch(() => {});
  let disposal: Promise<void> | undefined;
  return {
    id: work.id,
    pid,
    warnings: started.warnings,
    address: port => addressOf(details, port),
    exec: (args, options = {}) => {
      const who = resolveUser(spec.rootfs, options.user ?? spec.user);
      return execInside(docker, id, { ...options, args, who });
    },
    signal: async name => {
      await killContainer(docker, id, { killSignal: String(signalNumber(name)) });
    },
    stop: options => stop(docker, id, { ...options, ended }),
    wait: () => ended,
    output: async () => reader.output(),
    usage: () => usageOf(docker, id, counters),
    [Symbol.asyncDispose]: () => {
      counters.stop();
      disposal ??= work[Symbol.asyncDispose]();
      return disposal;
    },
  };
}

function readPrinted(printed: AsyncIterable<OutputChunk>): {
  readonly done: Promise<void>;
  output(): Output;
} {
  const tails = { stdout: new Tail(OUTPUT_LIMIT), stderr: new Tail(OUTPUT_LIMIT) };
  const read = async () => {
    for await (const chunk of printed) tails[chunk.stream].push(chunk.bytes);
  };
  return {
    // A connection that breaks ends the output; how the container ended is asked separately.
    done: read().catch(() => {}),
    output: () => ({ stdout: tails.stdout.text(), stderr: tails.stderr.text() }),
  };
}

async function awaitEnd(docker: Docker, id: string, read: Promise<void>): Promise<Exit> {
  const code = await waitContainer(docker, id);
  await read;
  return { code, oomKilled: (await inspectContainer(docker, id)).oomKilled };
}

async function stop(
  docker: Docker,
  id: string,
  options: { readonly signal: string; readonly graceMs: number; readonly ended: Promise<Exit> },
): Promise<Exit> {
  await killContainer(docker, id, { killSignal: String(signalNumber(options.signal)) });
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), options.graceMs);
  const exit = await Promise.race([options.ended, late]).finally(() => clearTimeout(timer));
  if (exit !== undefined) return exit;
  await killContainer(docker, id, { killSignal: 'SIGKILL' });
  return await options.ended;
}

function addressOf(
  details: ContainerDetails,
  port: number,
): { readonly host: string; readonly port: number } {
  const address = details.ports[`${port}/tcp`];
  if (address !== undefined) return address;
  throw new SampanError(
    'usage',
    `port ${port} is not among the ports of the run, or the container has ended`,
  );
}

async function usageOf(docker: Docker, id: string, counters: Counters): Promise<Usage> {
  const local = counters.read();
  const source = Object.keys(local).length > 0 ? local : await containerStats(docker, id);
  const { memoryBytes, peakMemoryBytes, cpuMs } = source;
  return {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
    ...(cpuMs === undefined ? {} : { cpuMs }),
  };
}
