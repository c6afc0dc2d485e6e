import { SampanError, wrap } from '../../core/errors/index.ts';
import type { LocalLayer } from '../../core/store/index.ts';
import type { TarEntry } from '../../core/tar/index.ts';
import { TreeBuilder } from './build.ts';
import type { Metadata, Node, Tree } from './node.ts';
import { basename, checkTarget, dirname, layerPath } from './paths.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const RESERVED = '.wh..wh.';

/** Nodes of one image, unless told. */
const MAX_NODES = 3_000_000;

/**
 * The file system that a container of these layers sees, the lowest first (OCI image spec 1.1, layer.md,
 * "Applying Changesets" and "Whiteouts").
 *
 * @throws SampanError `invalid` for a layer that cannot be applied, `limit` beyond `maxNodes`.
 */
export function stackLayers(
  layers: readonly LocalLayer[],
  limits: { readonly maxNodes?: number } = {},
): Tree {
  const maxNodes = limits.maxNodes ?? MAX_NODES;
  const total = layers.reduce((sum, layer) => sum + layer.entries.length, 0);
  if (total > maxNodes) {
    throw new SampanError('limit', `the image has ${total} entries, at most ${maxNodes} are handled`);
  }
  const builder = new TreeBuilder(maxNodes);
  for (const [index, layer] of layers.entries()) {
    try {
      for (const entry of layer.entries) apply(builder, { entry, layer, index });
    } catch (error) {
      throw wrap(`layer ${index + 1} of ${layers.length} (${layer.diffId})`, error);
    }
  }
  return builder.finish();
}

interface Step {
  readonly entry: TarEntry;
  readonly layer: LocalLayer;
  readonly index: number;
}

function apply(builder: TreeBuilder, step: Step): void {
  const path = layerPath(step.entry.path);
  const name = basename(path);
  if (name.startsWith(WHITEOUT)) {
    if (name === OPAQUE) builder.empty(dirname(path), step.index);
    else if (!name.startsWith(RESERVED)) {
      builder.remove(`${dirname(path)}/${name.slice(WHITEOUT.length)}`, step.index);
    }
    return;
  }
  if (step.entry.type === 'hardlink') builder.link(path, layerPath(step.entry.linkPath), step.index);
  else builder.add(nodeFor(path, step));
}

function nodeFor(path: string, { entry, layer, index }: Step): Node {
  const located = { path, meta: metadataOf(entry), layer: index };
  switch (entry.type) {
    case 'file':
      return { kind: 'file', ...located, content: layer.content(entry) };
    case 'symlink':
      return { kind: 'symlink', ...located, target: checkTarget(entry.linkPath, path) };
    case 'character':
    case 'block':
      return { kind: entry.type, ...located, major: entry.major, minor: entry.minor };
    case 'directory':
    case 'fifo':
      return { kind: entry.type, ...located };
    case 'hardlink':
      throw new SampanError('internal', `a hard link is not a node: ${path}`);
  }
}

/** The largest number stands for "leave it as it is" (Linux, chown(2)). */
const MAX_ID = 0xffff_fffe;

function metadataOf(entry: TarEntry): Metadata {
  if (!isId(entry.uid) || !isId(entry.gid)) {
    throw new SampanError('invalid', `${entry.path} belongs to ${entry.uid}:${entry.gid}, which no file can`);
  }
  return {
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtime: entry.mtime,
    ...(entry.exactMtime === undefined ? {} : { exactMtime: entry.exactMtime }),
    ...(entry.xattrs === undefined ? {} : { xattrs: entry.xattrs }),
  };
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id <= MAX_ID;
}
