import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import {
  bytesContent,
  type Content,
  decodeName,
  EMPTY,
  fileContent,
  joinContent,
  systemPath,
} from '../bytes/index.ts';
import { SampanError, wrap } from '../errors/index.ts';
import { type Descriptor, hostPlatform, MEDIA, type Platform } from '../oci/index.ts';
import { type TarType, tarEnd, tarHeader, tarPadding } from '../tar/index.ts';
import { type ArchivedBlobs, madeImage } from './docker-archive.ts';
import { digestInThread } from './hashing.ts';
import { indexPieces, layerOfPieces } from './pieces.ts';
import type { BlobSource, Cancel, LayerSource, LocalSource } from './port.ts';

const MAX_ENTRIES = 2_000_000;
const HEADER_TIME_UNIT = 1000;

/**
 * A directory as an image of one layer, with a configuration that has only the platform. Files are hashed
 * once now and read where they are later; sockets and extended attributes are left out. Entries are sorted
 * and owners and times are those of the files, so the same tree gives the same image.
 *
 * @throws SampanError `not-found`, `denied`, `limit`.
 */
export async function openRootfs(
  directory: string,
  options: Cancel & { readonly platform?: Platform | undefined } = {},
): Promise<{ readonly source: BlobSource & LocalSource & LayerSource; readonly root: Descriptor }> {
  const tar = directoryTar(directory);
  const diffId = await digestInThread(tar, options);
  const { os, architecture, variant } = options.platform ?? hostPlatform();
  const rawConfig = Buffer.from(
    JSON.stringify({ architecture, os, variant, config: {}, rootfs: { type: 'layers', diff_ids: [diffId] } }),
  );
  const layers = [{ mediaType: MEDIA.layer, digest: diffId, size: tar.size }];
  const made: ArchivedBlobs = madeImage({
    what: directory,
    rawConfig,
    layers,
    blobs: new Map([[diffId, tar]]),
  });
  const indexed = indexPieces(tar);
  const localLayer: LayerSource['localLayer'] = async id =>
    id === diffId ? layerOfPieces(diffId, indexed, async () => tar) : undefined;
  return { root: made.root, source: { ...made.source, localLayer } };
}

/** The tar of a directory: headers in memory, contents where they are. */
function directoryTar(directory: string): Content {
  const parts: Content[] = [];
  const inodes = new Map<string, string>();
  const waiting = [''];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const at = path === '' ? directory : `${directory}/${path}`;
    const stats = statOf(at);
    if (path === '' && !stats.isDirectory())
      throw new SampanError('not-found', `${directory}: not a directory`);
    if (path !== '') parts.push(...entryParts({ path, at, stats }, inodes));
    if (parts.length > 3 * MAX_ENTRIES) throw new SampanError('limit', `${directory}: too many files`);
    if (stats.isDirectory())
      waiting.push(...namesIn(at).map(name => (path === '' ? name : `${path}/${name}`)));
  }
  return joinContent([...parts, bytesContent(tarEnd())]);
}

interface Found {
  readonly path: string;
  readonly at: string;
  readonly stats: Stats;
}

function statOf(path: string): Stats {
  try {
    return lstatSync(systemPath(path));
  } catch (error) {
    throw wrap(`reading ${path}`, error);
  }
}

/** Last first, as they are taken from the end of the list. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(systemPath(directory), { encoding: 'buffer' })
      .map(name => decodeName(name))
      .sort()
      .reverse();
  } catch (error) {
    throw wrap(`listing ${directory}`, error);
  }
}

function entryParts(found: Found, inodes: Map<string, string>): readonly Content[] {
  const { path, at, stats } = found;
  const type = typeOf(stats);
  if (type === undefined) return [];
  const inode = `${stats.dev}:${stats.ino}`;
  const first = type === 'file' && stats.nlink > 1 ? inodes.get(inode) : undefined;
  if (first !== undefined) return [header(found, { type: 'hardlink', linkPath: first })];
  if (type === 'file') inodes.set(inode, path);
  if (type === 'symlink') {
    const linkPath = decodeName(readlinkSync(systemPath(at), { encoding: 'buffer' }));
    return [header(found, { type, linkPath })];
  }
  if (type !== 'file') return [header(found, { type })];
  return [
    header(found, { type, size: stats.size }),
    stats.size === 0 ? EMPTY : fileContent(at, stats.size),
    bytesContent(tarPadding(stats.size)),
  ];
}

function typeOf(stats: Stats): TarType | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isCharacterDevice()) return 'character';
  if (stats.isBlockDevice()) return 'block';
  return stats.isFIFO() ? 'fifo' : undefined;
}

function header(
  found: Found,
  what: { readonly type: TarType; readonly linkPath?: string; readonly size?: number },
): Content {
  const { path, stats } = found;
  const isDevice = what.type === 'character' || what.type === 'block';
  return bytesContent(
    tarHeader({
      ...what,
      path: what.type === 'directory' ? `${path}/` : path,
      mode: stats.mode & 0o7777,
      uid: stats.uid,
      gid: stats.gid,
      mtime: Math.floor(stats.mtimeMs / HEADER_TIME_UNIT),
      ...(isDevice ? deviceNumbers(stats.rdev) : {}),
    }),
  );
}

/** As Linux packs them for user space (makedev(3)). */
function deviceNumbers(device: number): { readonly major: number; readonly minor: number } {
  const packed = BigInt(device);
  const major = ((packed >> 8n) & 0xfffn) | ((packed >> 32n) & 0xfffff000n);
  const minor = (packed & 0xffn) | ((packed >> 12n) & 0xffffff00n);
  return { major: Number(major), minor: Number(minor) };
}
