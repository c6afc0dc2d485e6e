import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const KILL = 'SIGKILL';

/**
 * Kills a process, its process group if it leads one, and all that descend from it. What ends meanwhile, or is
 * not ours to kill, is passed over. Returns false when the process itself was not there.
 */
export function killTree(pid: number): boolean {
  const parents = parentsOfAll();
  if (!(pid > 1) || !parents.has(pid)) return false;
  const doomed = [pid];
  // The list grows while it is walked: children of children come at its end.
  for (const one of doomed) for (const [child, parent] of parents) if (parent === one) doomed.push(child);
  killQuietly(-pid);
  for (const one of doomed) killQuietly(one);
  return true;
}

/** Sends SIGKILL; no error when there is nobody, or it is not permitted. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, KILL);
  } catch {
    // It has ended, or belongs to another user.
  }
}

/** The process numbers that this process can see. */
export function processNumbers(): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);
}

function parentsOfAll(): ReadonlyMap<number, number> {
  const parents = new Map<number, number>();
  for (const pid of processNumbers()) {
    const parent = parentOf(pid);
    if (parent !== undefined) parents.set(pid, parent);
  }
  return parents;
}

function parentOf(pid: number): number | undefined {
  const parent = statOf(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/** The kernel's flag of a process that was forked and has not become another program (PF_FORKNOEXEC). */
const FORKED = 0x40;

/**
 * Whether a process is about to become its program: a copy of one of ours, or one that is being loaded and has no
 * arguments yet. Its environment cannot be told then; it can in a moment.
 */
export function isUnborn(pid: number): boolean {
  try {
    const program = readlinkSync(`/proc/${pid}/exe`);
    if (readFileSync(`/proc/${pid}/cmdline`).length === 0) return true;
    return program === readlinkSync('/proc/self/exe') && (Number(statOf(pid)?.[6]) & FORKED) !== 0;
  } catch {
    // It has ended, or is the kernel's.
    return false;
  }
}

/** The fields of proc(5), stat, behind the name, which may hold brackets and blanks itself. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
