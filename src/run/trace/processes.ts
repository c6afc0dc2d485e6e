import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TraceBuilder } from './model.ts';

/** The control group of a process in the tree of version 2. */
export interface Group {
  readonly directory: string;
  /** As the kernel numbers it. */
  readonly id: number;
}

/** Where the group of a container is; undefined where it has none of its own in a tree of version 2. */
export function unifiedGroup(pid: number): Group | undefined {
  const path = /^0::(\/.+)$/m.exec(textOf(`/proc/${pid}/cgroup`))?.[1];
  const mount = /^\d+ \d+ \S+ \/ (\S+) .* - cgroup2 /m.exec(textOf('/proc/self/mountinfo'))?.[1];
  if (path === undefined || mount === undefined) return undefined;
  const directory = join(mount, path);
  const id = statSync(directory, { throwIfNoEntry: false })?.ino;
  return id === undefined ? undefined : { directory, id };
}

const MAX_PROCESSES = 200;

/** The processes of a container, its first one and those in its group. */
export function processesOf(pid: number): readonly number[] {
  const group = unifiedGroup(pid);
  const listed = group === undefined ? '' : textOf(join(group.directory, 'cgroup.procs'));
  const all = new Set([
    pid,
    ...listed
      .split('\n')
      .map(Number)
      .filter(one => one > 0),
  ]);
  return [...all].slice(0, MAX_PROCESSES);
}

/** What the processes have open as programs and libraries before the trace begins. (proc(5), "maps") */
export function addMapped(pids: readonly number[], to: TraceBuilder): void {
  for (const pid of pids) {
    const paths = new Set<string>();
    for (const [, path] of textOf(`/proc/${pid}/maps`).matchAll(/^\S+ \S+ \S+ \S+ [1-9]\d* +(\/[^\n]+)$/gm))
      if (path !== undefined && !path.endsWith(' (deleted)')) paths.add(path);
    for (const path of paths) to.opened(path);
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
