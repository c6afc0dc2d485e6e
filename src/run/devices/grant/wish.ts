import { closeSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SampanError, wrap } from '../../../core/errors/index.ts';
import { type NodeDirectory, type NodeSpec, nodeDirectory, openPlace } from '../inject/index.ts';
import type { DeviceSelector } from '../model/index.ts';
import type { Slot, WantedNode } from '../select/index.ts';

/** What a service wants of the devices, kept on the host beside the nodes that its containers start with. */
export interface Wish {
  readonly version: 1;
  readonly project: string;
  readonly service: string;
  readonly selectors: readonly DeviceSelector[];
  readonly slots: readonly Slot[];
  /** How long its containers have to end; ten seconds unless told. */
  readonly graceMs?: number | undefined;
}

const FILE = 'wish.json';
const MAX_BYTES = 1 << 20;

/** Reads it; undefined where there is none. Only what belongs to root, or to us, is believed. */
export function readWish(directory: string): Wish | undefined {
  try {
    const { uid, mode, size } = statSync(join(directory, FILE));
    if ((uid !== 0 && uid !== process.geteuid?.()) || (mode & 0o022) !== 0 || size > MAX_BYTES)
      return undefined;
    const wish: unknown = JSON.parse(readFileSync(join(directory, FILE), 'utf8'));
    return isWish(wish) ? wish : undefined;
  } catch {
    return undefined;
  }
}

function isWish(value: unknown): value is Wish {
  if (typeof value !== 'object' || value === null) return false;
  if (!('version' in value && 'selectors' in value && 'slots' in value)) return false;
  return value.version === 1 && Array.isArray(value.selectors) && Array.isArray(value.slots);
}

/** Writes it, whole or not at all; nothing is written when it is the same. */
export function writeWish(directory: string, wish: Wish): void {
  const text = `${JSON.stringify(wish)}\n`;
  const path = join(directory, FILE);
  try {
    if (readFileSync(path, 'utf8') === text) return;
  } catch {
    // It is written for the first time.
  }
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw wrap(`keeping the devices of ${wish.service} in ${directory}`, error);
  }
}

/** What always is in such a directory, and in every container too: an engine refuses a directory without nodes. */
const ALWAYS: NodeSpec = { name: 'null', type: 'c', major: 1, minor: 3, mode: 0o666, uid: 0, gid: 0 };

/** The directory with the nodes of one set of permissions. */
export function mirrorPath(directory: string, permissions: string): string {
  return join(directory, `nodes-${permissions}`);
}

/**
 * Makes the nodes that containers of a service start with: an engine puts all of such a directory into `/dev`, at
 * every start, and starts a container also when its devices are away.
 *
 * @throws SampanError `denied` for one who may not make nodes.
 */
export function writeMirror(
  directory: string,
  nodes: readonly WantedNode[],
  permissions: readonly string[],
): void {
  for (const rights of permissions) {
    const path = mirrorPath(directory, rights);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    using held = openMirror(path);
    const wanted = [ALWAYS, ...nodes.filter(one => one.permissions === rights).map(specOf)];
    for (const name of held.list()) if (!wanted.some(one => one.name === name)) held.remove(name);
    for (const node of wanted) held.put(node);
  }
}

function openMirror(path: string): NodeDirectory {
  const fd = openPlace(path);
  try {
    return nodeDirectory(fd);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** What the system itself has in `/dev` of every container. */
const RESERVED =
  /^(null|zero|full|u?random|tty|console|ptmx|core|fd|std(in|out|err)|(pts|shm|mqueue)(\/.*)?|\.sampan.*)$/;

/** A node as it is below `/dev`. @throws SampanError `usage` for a name that is none, or that is taken. */
export function specOf({ path, type, major, minor, mode, uid, gid }: WantedNode): NodeSpec {
  const name = path.replace(/^\/dev\//, '');
  const isBelow = path.startsWith('/dev/') && !name.split('/').some(one => ['', '.', '..'].includes(one));
  if (!isBelow || RESERVED.test(name))
    throw new SampanError('usage', `${path} cannot be the name of a device in a container`, {
      remedy: 'choose another name below /dev with as',
    });
  return { name, type, major, minor, mode, uid, gid };
}
