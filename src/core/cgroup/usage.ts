import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cgroups, controllerDirectory } from './hierarchy.ts';

/** What a group has used; absent where the kernel does not count it. */
export interface GroupUsage {
  readonly memoryBytes?: number;
  readonly peakMemoryBytes?: number;
  readonly cpuMs?: number;
  /** How many of its processes the kernel has killed for its memory limit. */
  readonly oomKills?: number;
}

/** Reads a group's counters (kernel documentation: cgroup-v1/memory, cgroup-v2). A group that is gone has none. */
export function readGroupUsage(cgroups: Cgroups, group: string): GroupUsage {
  const memory = controllerDirectory(cgroups, 'memory', group);
  const cpu = controllerDirectory(cgroups, cgroups.version === 2 ? 'cpu' : 'cpuacct', group);
  const usage = cgroups.version === 2 ? unifiedUsage(memory, cpu) : splitUsage(memory, cpu);
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined));
}

type Counters = { readonly [Name in keyof GroupUsage]: number | undefined };

function unifiedUsage(memory: string | undefined, cpu: string | undefined): Counters {
  const micros = keyedNumber(read(cpu, 'cpu.stat'), 'usage_usec');
  return {
    memoryBytes: plainNumber(read(memory, 'memory.current')),
    peakMemoryBytes: plainNumber(read(memory, 'memory.peak')),
    cpuMs: micros === undefined ? undefined : micros / 1000,
    oomKills: keyedNumber(read(memory, 'memory.events'), 'oom_kill'),
  };
}

function splitUsage(memory: string | undefined, cpu: string | undefined): Counters {
  const nanos = plainNumber(read(cpu, 'cpuacct.usage'));
  return {
    memoryBytes: plainNumber(read(memory, 'memory.usage_in_bytes')),
    peakMemoryBytes: plainNumber(read(memory, 'memory.max_usage_in_bytes')),
    cpuMs: nanos === undefined ? undefined : nanos / 1e6,
    oomKills: keyedNumber(read(memory, 'memory.oom_control'), 'oom_kill'),
  };
}

function read(directory: string | undefined, name: string): string | undefined {
  if (directory === undefined) return undefined;
  try {
    return readFileSync(join(directory, name), 'utf8');
  } catch {
    return undefined;
  }
}

function plainNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

function keyedNumber(text: string | undefined, key: string): number | undefined {
  const line = text?.split('\n').find(one => one.startsWith(`${key} `));
  return plainNumber(line?.slice(key.length + 1));
}
