import { readdirSync, readFileSync } from 'node:fs';

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

/** proc(5), stat: the parent is the second field after the name, which may hold brackets itself. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
