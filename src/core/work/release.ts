import { readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseCgroups, removeGroup } from '../cgroup/index.ts';
import { connectDocker, listContainers, listImages, removeContainer, removeImage } from '../docker/index.ts';
import { SampanError } from '../errors/index.ts';
import { isUnborn, killQuietly, processNumbers } from './processes.ts';
import { runProgram } from './program.ts';
import { type Resource, readResources } from './resources.ts';

/** The label that marks what a run made at a Docker engine; its value is the run's id. */
export const RUN_LABEL = 'io.sampan.run';

/** The environment variable that marks the processes of a work directory; its value is the directory. */
export const WORK_VARIABLE = 'SAMPAN_WORK';

/** Which run is released, and how. */
export interface Release {
  readonly id: string;
  readonly path: string;
  /** Its process was killed, so that an engine may still be at work on its last request. */
  readonly killed: boolean;
}

const REQUEST_MS = 10_000;
const LOOK_AGAIN_MS = 250;
const LOOKS = 5;
const REMOVALS = 20;
const DEATH_MS = 5_000;

/** Ends and removes what a work directory records, except its files. Idempotent. */
export async function releaseResources(work: Release): Promise<void> {
  const resources = readResources(work.path);
  // Whoever could still make something goes first.
  if (resources.some(resource => resource.kind === 'processes')) {
    if (work.killed) await allAreBorn();
    await killMarked(work.path);
  }
  for (const resource of resources) await release(resource, work);
}

async function release(resource: Resource, work: Release): Promise<void> {
  switch (resource.kind) {
    case 'runtime':
      return await deleteContainer(resource);
    case 'docker':
      return await removeLabelled(resource.socket, work);
    case 'cgroup':
      return await removeGroup(parseCgroups(readFileSync('/proc/self/mountinfo', 'utf8')), resource.group);
    case 'processes':
      return;
  }
}

async function deleteContainer(resource: Resource & { readonly kind: 'runtime' }): Promise<void> {
  if (!containerExists(resource.root, resource.id)) return;
  const args = ['--root', resource.root, 'delete', '--force', resource.id];
  const { code, output } = await runProgram(resource.program, args);
  if (code === 0 || !containerExists(resource.root, resource.id)) return;
  // Killed while it was being made: the state is half there. The group is killed next, the files go with the rest.
  if (
    /does not exist|no such file|unexpected end of JSON|not found|cannot parse|parse error|error opening/i.test(
      output,
    )
  )
    return;
  throw new SampanError('unavailable', `${resource.program} cannot delete ${resource.id}: ${output.trim()}`);
}

function containerExists(root: string, id: string): boolean {
  try {
    return readdirSync(root).includes(id);
  } catch {
    return false;
  }
}

async function removeLabelled(socket: string, work: Release): Promise<void> {
  const docker = await connectDocker({ host: socket });
  const label = `${RUN_LABEL}=${work.id}`;
  const looks = work.killed && isYoung(work.path) ? LOOKS : 1;
  for (let look = 0; look < looks; look++) {
    if (look > 0) await sleep(LOOK_AGAIN_MS);
    await removeAll(
      () => listContainers(docker, { label }),
      id => removeContainer(docker, id),
    );
    await removeAll(
      () => listImages(docker, { label }),
      id => removeImage(docker, id, { force: true }),
    );
  }
}

/** An engine answers in many ways that another was quicker; what counts is whether the thing is still there. */
async function removeAll(
  list: () => Promise<readonly { readonly id: string }[]>,
  remove: (id: string) => Promise<boolean>,
): Promise<void> {
  for (const { id } of await list()) {
    for (let tries = REMOVALS; tries > 0; tries--) {
      try {
        await remove(id);
        break;
      } catch (error) {
        if (!(await list()).some(one => one.id === id)) break;
        // While another removes a container, newer engines list it no more and yet call its image used.
        if (tries === 1) throw error;
        await sleep(LOOK_AGAIN_MS);
      }
    }
  }
}

function isYoung(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  return status !== undefined && Date.now() - status.mtimeMs < REQUEST_MS;
}

/** A child that has not become its program yet carries no mark. Resolves when those of this moment have, or are gone. */
async function allAreBorn(): Promise<void> {
  const deadline = Date.now() + DEATH_MS;
  let unborn = processNumbers().filter(isUnborn);
  for (let pauseMs = 1; unborn.length > 0 && Date.now() < deadline; pauseMs = Math.min(pauseMs * 2, 50)) {
    await sleep(pauseMs);
    unborn = unborn.filter(isUnborn);
  }
}

/** Resolves when they are gone: one that dies may still finish what it asked of the kernel. */
async function killMarked(path: string): Promise<void> {
  const deadline = Date.now() + DEATH_MS;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    const marked = markedProcesses(path);
    if (marked.length === 0) return;
    for (const pid of marked) killQuietly(pid);
    if (Date.now() > deadline)
      throw new SampanError('timeout', `process ${marked[0]} of ${path} does not die`);
    await sleep(pauseMs);
  }
}

function markedProcesses(path: string): readonly number[] {
  const mark = `${WORK_VARIABLE}=${path}`;
  return processNumbers().filter(pid => pid > 1 && pid !== process.pid && environmentOf(pid).includes(mark));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
