import { randomBytes } from 'node:crypto';
import { mkdir, realpath, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories } from '../bytes/index.ts';
import { wrap } from '../errors/index.ts';
import { checkBase } from './base.ts';
import { currentOwner } from './owner.ts';
import { type Release, releaseResources, WORK_VARIABLE } from './release.ts';
import { removeTree } from './remove.ts';
import { appendResource, type Resource } from './resources.ts';

/**
 * A directory for one run, and the list of what the run makes elsewhere. Disposing it removes both; it may be
 * done twice. When its process is killed first, the next {@link sweep} does it.
 */
export interface Work extends AsyncDisposable {
  /** Letters and digits; unique for ever: it names containers, control groups and labels too. */
  readonly id: string;
  /** Absolute and real; only its owner may look inside. */
  readonly path: string;
  /** The environment for processes that must not outlive the run. Record `processes` before the first. */
  readonly childEnvironment: NodeJS.ProcessEnv;
  /** Writes a resource down. Call it *before* the resource is made. */
  record(resource: Resource): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The file in a work directory that names its owner. */
export const OWNER_FILE = 'owner.json';

/** How the name of a work directory begins that has no owner yet. */
export const UNBORN_PREFIX = '.new-';

/** Makes a work directory below `base`, which is made too when missing. @throws SampanError `denied`, `no-space`. */
export async function openWork(base: string): Promise<Work> {
  const id = `s${randomBytes(8).toString('hex')}`;
  try {
    makeDirectories(base, { mode: 0o700 });
    const real = await realpath(base);
    await checkBase(real);
    const unborn = join(real, UNBORN_PREFIX + id);
    await mkdir(unborn, { mode: 0o700 });
    await writeFile(join(unborn, OWNER_FILE), JSON.stringify(currentOwner()));
    // So that a directory with a proper name always has an owner.
    await rename(unborn, join(real, id));
    return workAt(id, join(real, id));
  } catch (error) {
    throw wrap(`making a work directory in ${base}`, error);
  }
}

function workAt(id: string, path: string): Work {
  return {
    id,
    path,
    childEnvironment: { ...process.env, [WORK_VARIABLE]: path },
    record: resource => appendResource(path, resource),
    [Symbol.asyncDispose]: () => removeWork({ id, path, killed: false }),
  };
}

/** Removes a work directory and all that it records. Idempotent. The list stays until all else is gone. */
export async function removeWork(work: Release): Promise<void> {
  await releaseResources(work);
  await removeTree(work.path);
}
