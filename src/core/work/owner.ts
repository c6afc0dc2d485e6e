import { readFileSync, readlinkSync } from 'node:fs';

/** Which process, of all that ever were on this machine. */
export interface Owner {
  readonly pid: number;
  /** In clock ticks since the boot (proc(5), stat field 22): tells apart processes that had the same number. */
  readonly startTime: string;
  readonly bootId: string;
  /** Of the process-number namespace: `pid` means something only inside it. */
  readonly namespace: string;
}

/** The process that asks. */
export function currentOwner(): Owner {
  return {
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? '',
    bootId: bootId(),
    namespace: namespaceId(),
  };
}

/**
 * Whether the owner may still be at work. A process of another namespace (a container that shares the
 * directory) cannot be seen from here and counts as alive until the machine reboots.
 */
export function isAlive(owner: Owner): boolean {
  if (owner.bootId !== bootId()) return false;
  if (owner.namespace !== namespaceId()) return true;
  return startTimeOf(owner.pid) === owner.startTime;
}

/** When a process was started, in clock ticks; absent when there is none, or only its corpse. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may itself hold brackets and spaces: the fields are counted from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Parses what {@link currentOwner} gave, once it was JSON. */
export function parseOwner(text: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isOwner(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['startTime', 'bootId', 'namespace'] as const;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Number.isSafeInteger(fields.get('pid')) && texts.every(name => typeof fields.get(name) === 'string');
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

function namespaceId(): string {
  return readlinkSync('/proc/self/ns/pid');
}
