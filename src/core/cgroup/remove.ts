import { readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SampanError, systemCode } from '../errors/index.ts';
import { type Cgroups, groupDirectories } from './hierarchy.ts';

const PATIENCE_MS = 5_000;

/**
 * Kills whatever runs in a group and below it, and removes it from every hierarchy. Idempotent.
 *
 * @throws SampanError `timeout` when processes do not die or a group cannot be removed within 5 seconds.
 */
export async function removeGroup(cgroups: Cgroups, group: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    const left = groupDirectories(cgroups, group).flatMap(withChildren);
    for (const directory of left) killAll(directory);
    const stuck = left.filter(directory => !removeDirectory(directory));
    if (stuck.length === 0) return;
    if (Date.now() > deadline)
      throw new SampanError('timeout', `the control group ${stuck[0]} cannot be removed`);
    await sleep(pauseMs);
  }
}

/** The directory and all below it, the deepest first; none when it is not there. */
function withChildren(directory: string): readonly string[] {
  const found: string[] = [];
  const open = [directory];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const children = childrenOf(next);
    if (children === undefined) continue;
    found.unshift(next);
    open.push(...children);
  }
  return found;
}

function childrenOf(directory: string): readonly string[] | undefined {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter(entry => entry.isDirectory()).map(entry => join(directory, entry.name));
  } catch {
    return undefined;
  }
}

function killAll(directory: string): void {
  try {
    for (const line of readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n')) {
      const pid = Number(line);
      if (pid > 1 && pid !== process.pid) killQuietly(pid);
    }
    thaw(directory);
  } catch {
    // The group went away meanwhile, which is what is wanted.
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** On v1 a frozen process does not die before it is thawed. */
function thaw(directory: string): void {
  const files = readdirSync(directory);
  if (files.includes('freezer.state')) writeFileSync(join(directory, 'freezer.state'), 'THAWED');
}

function removeDirectory(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    return systemCode(error) === 'ENOENT';
  }
}
