import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { digestOf } from '../../core/bytes/index.ts';
import { SampanError, systemCode } from '../../core/errors/index.ts';
import type { Mount, Service } from '../compose/index.ts';
import type { DeviceConfig } from './device.ts';

/** Where and how files are delivered. */
export interface Delivering {
  /** Of the project, on the host. */
  readonly directory: string;
  /** Leaves alone what was delivered before: who starts a container must not take a change away unseen. */
  readonly onlyMissing: boolean;
}

/** What was delivered for one service. */
export interface Delivered {
  readonly mounts: readonly Mount[];
  /** Files that a container has already were exchanged. */
  readonly isChanged: boolean;
}

interface Wish {
  readonly source: string;
  readonly target: string;
  readonly mode: number;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** The link that all files are seen through; exchanging it exchanges all of them at once. */
const NOW = '..now';

/**
 * Puts the files that a service asks for (`x-sampan: config: files`) below `directory`, one directory for each
 * directory in the container, which is mounted whole: a mount of a single file would show its old inode for ever.
 * Files are links through one link to a version, and that link is exchanged in one step.
 *
 * @throws SampanError `not-found` for a file that the source does not have.
 */
export async function deliver(
  service: Service,
  device: DeviceConfig,
  delivering: Delivering,
): Promise<Delivered> {
  const mounts: Mount[] = [];
  let isChanged = false;
  const rule = ruleOf(service);
  for (const [target, wishes] of wishesOf(service)) {
    const files = wishes.map(wish => ({ ...wish, bytes: fileOf(wish, device, service) }));
    const place = join(delivering.directory, service.name, digestOf(Buffer.from(target)).slice(7, 19));
    const version = versionOf(files);
    const before = await versionNow(place);
    const isKept = before !== undefined && (rule === 'none' || delivering.onlyMissing) && rule !== 'restart';
    if (before !== version && !isKept) {
      await writeVersion(place, version, files);
      isChanged ||= before !== undefined;
    }
    // A container that is replaced for a change sees it in its mounts.
    const source = rule === 'restart' ? join(place, version) : place;
    mounts.push({ type: 'bind', source, target, isReadOnly: true });
  }
  return { mounts, isChanged };
}

/** What a service wants done about a change; replaced unless told. */
export function ruleOf(service: Service): 'restart' | 'signal' | 'rewrite' | 'none' {
  return service.written['x-sampan']?.config?.onChange ?? 'restart';
}

function wishesOf(service: Service): ReadonlyMap<string, readonly Wish[]> {
  const found = new Map<string, Wish[]>();
  for (const [name, written] of service.written['x-sampan']?.config?.files ?? []) {
    const { source = name, target = `/etc/${name}`, mode = 0o444, uid, gid } = written;
    const directory = dirname(target);
    if (!target.startsWith('/') || directory === '/' || target.split('/').includes('..'))
      throw new SampanError(
        'usage',
        `${service.name}: config: ${target} is no file in a directory of its own`,
      );
    const numbers = {
      uid: uid === undefined ? undefined : Number(uid),
      gid: gid === undefined ? undefined : Number(gid),
    };
    const list = found.get(directory) ?? [];
    list.push({ source, target, mode, ...numbers });
    found.set(directory, list);
  }
  return found;
}

function fileOf({ source }: Wish, { files }: DeviceConfig, { name }: Service): Uint8Array {
  const bytes = files.get(source);
  if (bytes === undefined)
    throw new SampanError('not-found', `${name}: the configuration source has no file ${source}`, {
      remedy: 'put it below files/ of the source',
    });
  return bytes;
}

type File = Wish & { readonly bytes: Uint8Array };

function versionOf(files: readonly File[]): string {
  const parts = files.map(
    ({ target, mode, uid, gid, bytes }) => `${target}:${mode}:${uid}:${gid}:${digestOf(bytes)}`,
  );
  return `..v-${digestOf(Buffer.from(parts.sort().join('\n'))).slice(7, 19)}`;
}

async function versionNow(place: string): Promise<string | undefined> {
  try {
    return await readlink(join(place, NOW));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeVersion(place: string, version: string, files: readonly File[]): Promise<void> {
  const fresh = join(place, version);
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true, mode: 0o755 });
  for (const { target, bytes, mode, uid, gid } of files) {
    const path = join(fresh, basename(target));
    await writeFile(path, bytes, { mode, flush: true });
    await chmod(path, mode);
    if (uid !== undefined || gid !== undefined) await chown(path, uid ?? 0, gid ?? 0);
  }
  await exchangeLink(join(place, NOW), version);
  const names = new Set(files.map(({ target }) => basename(target)));
  for (const name of names) await exchangeLink(join(place, name), `${NOW}/${name}`);
  await sweep(place, new Set([NOW, version, ...names]));
}

/** Containers that are being replaced may still look at an old version. */
const OLD_VERSIONS = 2;

async function sweep(place: string, used: ReadonlySet<string>): Promise<void> {
  const others = (await readdir(place)).filter(name => !used.has(name));
  const aged = await Promise.all(
    others.map(async name => ({ name, timeMs: (await lstat(join(place, name))).mtimeMs })),
  );
  const versions = aged.filter(({ name }) => name.startsWith('..v-')).sort((a, b) => b.timeMs - a.timeMs);
  const kept = new Set(versions.slice(0, OLD_VERSIONS).map(({ name }) => name));
  for (const { name } of aged)
    if (!kept.has(name)) await rm(join(place, name), { recursive: true, force: true });
}

/** Whoever looks sees the old or the new one. (rename(2)) */
async function exchangeLink(path: string, to: string): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  await rm(fresh, { force: true });
  await symlink(to, fresh);
  await rename(fresh, path);
}
