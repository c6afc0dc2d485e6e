import { type GroupUsage, readGroupUsage } from '../cgroup/index.ts';
import { type Container, type Exit, signalNumber, type Usage } from '../engine/index.ts';
import { SampanError } from '../errors/index.ts';
import { startTimeOf } from '../work/index.ts';
import { execInside } from './exec.ts';
import type { Forwarder } from './forward.ts';
import type { Prepared } from './prepare.ts';
import type { Foreground } from './run.ts';
import type { Runtime } from './runtime.ts';

/** The parts of a container that runs. */
export interface Running {
  readonly runtime: Runtime;
  readonly prepared: Prepared;
  readonly foreground: Foreground;
  readonly forwarder: Forwarder;
  readonly pid: number;
}

const SAMPLE_MS = 250;
const KILLED = 137;

/** A container of an OCI runtime, from the moment that its program runs. */
export function runningContainer(running: Running): Container {
  const { prepared, foreground, forwarder, pid } = running;
  const process = processHandle(pid, foreground);
  const counters = watchCounters(running);
  const ended = foreground.ended.then(code => exitOf(code, { running, counters, killed: process.killed() }));
  let execs = 0;
  let disposal: Promise<void> | undefined;
  return {
    id: prepared.work.id,
    pid,
    warnings: prepared.warnings,
    address: port => addressOf(forwarder, port),
    exec: (args, options = {}) => {
      execs += 1;
      return execInside(running.runtime, prepared, { ...options, args, name: `exec-${execs}` });
    },
    signal: async name => process.signal(signalNumber(name)),
    stop: async ({ signal, graceMs }) => {
      process.signal(signalNumber(signal));
      if (await within(ended, graceMs)) return await ended;
      process.signal(9);
      return await ended;
    },
    wait: () => ended,
    output: async () => foreground.output(),
    usage: async () => usageOf(counters.read()),
    [Symbol.asyncDispose]: () => {
      disposal ??= dispose(running, process, counters);
      return disposal;
    },
  };
}

interface ProcessHandle {
  signal(number: number): void;
  /** True once it was sent SIGKILL by us. */
  killed(): boolean;
}

function processHandle(pid: number, foreground: Foreground): ProcessHandle {
  const startTime = startTimeOf(pid);
  let killed = false;
  return {
    killed: () => killed,
    signal: number => {
      // The number may belong to another process by now.
      if (foreground.hasEnded() || startTime === undefined || startTimeOf(pid) !== startTime) return;
      if (number === 9) killed = true;
      try {
        process.kill(pid, number);
      } catch {
        // It has ended in this moment.
      }
    },
  };
}

interface Counters {
  /** The newest that is known. */
  read(): GroupUsage;
  stop(): void;
}

/** A runtime without `--keep` removes the group with the container: then the last sample stands. */
function watchCounters({ prepared, runtime, foreground }: Running): Counters {
  const { group, cgroups } = prepared;
  let last: GroupUsage = {};
  const read = () => {
    if (group === undefined) return last;
    const now = readGroupUsage(cgroups, group);
    if (Object.keys(now).length > 0) last = { ...last, ...now };
    return last;
  };
  read();
  const timer = runtime.keep ? undefined : setInterval(read, SAMPLE_MS).unref();
  foreground.ended.then(() => {
    clearInterval(timer);
    read();
  });
  return { read, stop: () => clearInterval(timer) };
}

function exitOf(
  code: number,
  facts: { readonly running: Running; readonly counters: Counters; readonly killed: boolean },
): Exit {
  const { prepared, runtime } = facts.running;
  const counted = (facts.counters.read().oomKills ?? 0) > 0;
  // Without a group to look at afterwards: nobody else kills a container that has a memory limit.
  const guessed =
    !runtime.keep && code === KILLED && !facts.killed && prepared.spec.limits?.memoryBytes !== undefined;
  return { code, oomKilled: counted || guessed };
}

function usageOf({ memoryBytes, peakMemoryBytes, cpuMs }: GroupUsage): Usage {
  return {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
    ...(cpuMs === undefined ? {} : { cpuMs }),
  };
}

function addressOf(forwarder: Forwarder, port: number): { readonly host: string; readonly port: number } {
  const address = forwarder.addresses.get(port);
  if (address === undefined) throw new SampanError('usage', `port ${port} is not among the ports of the run`);
  return address;
}

async function within(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), limitMs);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function dispose(running: Running, process: ProcessHandle, counters: Counters): Promise<void> {
  counters.stop();
  running.forwarder.close();
  process.signal(9);
  // A runtime that hangs is killed; the rest of the removal copes with that.
  if (!(await within(running.foreground.ended, 5000))) running.foreground.kill();
  await running.prepared.work[Symbol.asyncDispose]();
}
