import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSampanError, type SampanError, systemCode, wrap } from '../errors/index.ts';
import { checkBase } from './base.ts';
import { isAlive, parseOwner } from './owner.ts';
import { removeTree } from './remove.ts';
import { OWNER_FILE, removeWork, UNBORN_PREFIX } from './work.ts';

/** What a sweep did. */
export interface SweepReport {
  /** The ids of the runs whose remains are gone. */
  readonly removed: readonly string[];
  /** What could not be removed now; the next sweep tries again. */
  readonly problems: readonly SampanError[];
}

const UNBORN_AGE_MS = 60 * 60 * 1000;

/**
 * Removes what runs left behind whose process is gone: containers, processes, control groups, mounts, files.
 * Work of living processes is not touched. Safe beside other sweeps and runs. Never throws for one run's sake.
 */
export async function sweep(base: string): Promise<SweepReport> {
  const removed: string[] = [];
  const problems: SampanError[] = [];
  for (const { id, path } of await deadWork(base)) {
    try {
      await removeWork({ id, path, killed: true });
      removed.push(id);
    } catch (error) {
      problems.push(isSampanError(error) ? error : wrap(`removing what the run ${id} left`, error));
    }
  }
  return { removed, problems };
}

async function deadWork(base: string): Promise<readonly { readonly id: string; readonly path: string }[]> {
  const real = await realpath(base).catch(() => base);
  const names = await namesIn(real);
  if (names.length > 0) await checkBase(real);
  await Promise.all(
    names.filter(name => name.startsWith(UNBORN_PREFIX)).map(name => removeUnborn(join(real, name))),
  );
  const works = names.filter(name => /^s[0-9a-f]{16}$/.test(name)).map(id => ({ id, path: join(real, id) }));
  const dead = await Promise.all(works.map(work => isDead(work.path)));
  return works.filter((_, index) => dead[index]);
}

async function namesIn(base: string): Promise<readonly string[]> {
  try {
    return await readdir(base);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw wrap(`looking for left-over work in ${base}`, error);
  }
}

async function isDead(path: string): Promise<boolean> {
  try {
    const owner = parseOwner(await readFile(join(path, OWNER_FILE), 'utf8'));
    // Its removal may have been cut off after the owner's file had gone, or a disk fault emptied it.
    return owner === undefined || !isAlive(owner);
  } catch (error) {
    // What cannot be read belongs to another user, who sweeps it.
    return systemCode(error) === 'ENOENT';
  }
}

/** Nothing was made for it yet. Young ones may be in the hands of a process that is about to name them. */
async function removeUnborn(path: string): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (status !== undefined && Date.now() - status.mtimeMs > UNBORN_AGE_MS) await removeTree(path);
}
