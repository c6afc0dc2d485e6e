import { readFileSync } from 'node:fs';
import { type GroupUsage, parseCgroups, readGroupUsage } from '../cgroup/index.ts';
import { startTimeOf } from '../work/index.ts';

/** The newest counters of a container's control group; empty when it is on another machine. */
export interface Counters {
  read(): GroupUsage;
  stop(): void;
}

const SAMPLE_MS = 250;

/** Samples the group of a process: the engine removes it with the last process. */
export function watchCounters(pid: number | undefined): Counters {
  const group = pid === undefined ? undefined : groupOf(pid);
  if (group === undefined) return { read: () => ({}), stop: () => {} };
  const cgroups = parseCgroups(readFileSync('/proc/self/mountinfo', 'utf8'));
  let last: GroupUsage = {};
  const read = () => {
    last = { ...last, ...readGroupUsage(cgroups, group) };
    return last;
  };
  read();
  const timer = setInterval(read, SAMPLE_MS).unref();
  return { read, stop: () => clearInterval(timer) };
}

/** The process number, if it means on this host what it means to the engine. */
export function localPid(pid: number, container: string): number | undefined {
  if (!(pid > 0) || startTimeOf(pid) === undefined) return undefined;
  return groupText(pid).includes(container) ? pid : undefined;
}

/** cgroups(7), `/proc/PID/cgroup`: number, controllers, path. */
function groupOf(pid: number): string | undefined {
  const lines = groupText(pid)
    .split('\n')
    .map(line => line.split(':'));
  const memory = lines.find(fields => fields[1]?.split(',').includes('memory') === true);
  return (memory ?? lines.find(fields => fields[0] === '0'))?.slice(2).join(':');
}

function groupText(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    return '';
  }
}
