import { contentChunks } from '../../../core/bytes/index.ts';
import type { Bytes } from '../../../core/store/index.ts';
import { type NewEntry, tarEnd, tarHeader, tarPadding } from '../../../core/tar/index.ts';
import type { Node } from '../../tree/index.ts';

const CHUNK_BYTES = 256 << 10;

/** The tar of a layer. The same nodes give the same bytes. */
export async function* layerTar(nodes: readonly Node[]): Bytes {
  // Headers and small files go together: each chunk costs whoever writes it a turn.
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let used = 0;
  for (const part of parts(nodes)) {
    for (let at = 0; at < part.length; ) {
      const some = part.subarray(at, at + chunk.length - used);
      chunk.set(some, used);
      at += some.length;
      used += some.length;
      if (used < chunk.length) continue;
      yield chunk;
      chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      used = 0;
    }
  }
  if (used > 0) yield chunk.subarray(0, used);
}

/** A part is valid until the next is asked for. */
function* parts(nodes: readonly Node[]): Generator<Uint8Array, void, undefined> {
  const written = new Map<object, string>();
  for (const node of nodes) {
    const first = node.kind === 'file' && node.links !== undefined ? written.get(node.links) : undefined;
    if (first !== undefined) {
      yield tarHeader({ ...entryOf(node), type: 'hardlink', size: 0, linkPath: first });
      continue;
    }
    yield tarHeader(entryOf(node));
    if (node.kind !== 'file') continue;
    if (node.links !== undefined) written.set(node.links, node.path.slice(1));
    yield* contentChunks(node.content);
    yield tarPadding(node.content.size);
  }
  yield tarEnd();
}

function entryOf(node: Node): NewEntry {
  const { mode, uid, gid, mtime, exactMtime, xattrs } = node.meta;
  const entry = {
    path: node.path === '/' ? './' : node.path.slice(1),
    mode,
    uid,
    gid,
    mtime,
    ...(exactMtime === undefined ? {} : { exactMtime }),
    ...(xattrs === undefined ? {} : { xattrs }),
  };
  switch (node.kind) {
    case 'file':
      return { ...entry, type: 'file', size: node.content.size };
    case 'directory':
      return { ...entry, type: 'directory', path: node.path === '/' ? './' : `${entry.path}/` };
    case 'symlink':
      return { ...entry, type: 'symlink', linkPath: node.target };
    case 'character':
    case 'block':
      return { ...entry, type: node.kind, major: node.major, minor: node.minor };
    case 'fifo':
      return { ...entry, type: 'fifo' };
  }
}
