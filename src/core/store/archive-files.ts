import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { type Content, fileContent, readContent } from '../bytes/index.ts';
import { SampanError, wrap } from '../errors/index.ts';
import { indexTar, type TarEntry, tarContent } from '../tar/index.ts';

/** The files of an archive, found by path; links inside it are followed. Nothing is unpacked. */
export interface ArchiveFiles {
  /** Where the archive is. */
  readonly path: string;
  /** Paths of regular files, without a leading `./`. */
  readonly paths: readonly string[];
  /**
   * The bytes of a file; absent when nothing is there.
   *
   * @throws SampanError `invalid` for a path, or a link, that leaves the archive or goes in a circle.
   */
  find(path: string): Content | undefined;
}

const MAX_ENTRIES = 200_000;
const MAX_HOPS = 16;

/**
 * Reads the headers of a plain tar.
 *
 * @throws SampanError `invalid` for what is no tar or is truncated, `limit`.
 */
export async function openArchive(path: string): Promise<ArchiveFiles> {
  const { size } = await stat(path).catch(error => {
    throw wrap(`reading ${path}`, error);
  });
  const entries = new Map<string, TarEntry>();
  for (const entry of indexTar({ path, offset: 0, size }, { maxEntries: MAX_ENTRIES })) {
    const name = insidePath(entry.path);
    if (name !== undefined) entries.set(name, entry);
  }
  const whole = fileContent(path, size);
  return {
    path,
    paths: [...entries].filter(([, entry]) => entry.type === 'file').map(([name]) => name),
    find: wanted => {
      const entry = follow(entries, wanted, path);
      return entry === undefined ? undefined : tarContent(entry, whole);
    },
  };
}

/** A path of an archive without `.` and `..`; absent when it leads out. */
function insidePath(path: string): string | undefined {
  const normal = posix.normalize(path).replace(/\/+$/, '');
  if (posix.isAbsolute(normal) || normal === '..' || normal.startsWith('../')) return undefined;
  return normal;
}

function follow(
  entries: ReadonlyMap<string, TarEntry>,
  wanted: string,
  archive: string,
): TarEntry | undefined {
  let path = wanted;
  for (let hops = 0; hops <= MAX_HOPS; hops += 1) {
    const name = insidePath(path);
    if (name === undefined || wanted.includes('\0')) {
      throw new SampanError('invalid', `${archive}: ${JSON.stringify(wanted)} leads out of the archive`);
    }
    const entry = entries.get(name);
    if (entry === undefined || entry.type === 'file') return entry;
    if (entry.type === 'symlink') path = posix.join(posix.dirname(name), entry.linkPath);
    else if (entry.type === 'hardlink') path = entry.linkPath;
    else throw new SampanError('invalid', `${archive}: ${name} is not a file but a ${entry.type}`);
    if (entry.type === 'symlink' && posix.isAbsolute(entry.linkPath)) path = entry.linkPath;
  }
  throw new SampanError('invalid', `${archive}: the links at ${JSON.stringify(wanted)} go in a circle`);
}

/**
 * A small file of an archive, whole.
 *
 * @throws SampanError `not-found`, `limit` above `maxBytes`.
 */
export function readArchiveFile(archive: ArchiveFiles, path: string, maxBytes: number): Buffer {
  const content = archive.find(path);
  if (content === undefined) throw new SampanError('not-found', `${archive.path}: has no ${path}`);
  if (content.size > maxBytes) {
    throw new SampanError('limit', `${archive.path}: ${path} has ${content.size} bytes, at most ${maxBytes}`);
  }
  return readContent(content, maxBytes);
}
