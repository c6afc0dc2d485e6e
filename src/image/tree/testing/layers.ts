import { bytesContent, readContent } from '../../../core/bytes/index.ts';
import type { LocalLayer } from '../../../core/store/index.ts';
import {
  type NewEntry,
  type TarEntry,
  TarReader,
  tarContent,
  tarEnd,
  tarHeader,
  tarPadding,
} from '../../../core/tar/index.ts';
import type { Tree } from '../node.ts';

/** An entry of a tar; a file where nothing else is said. */
export type LayerEntry = Partial<NewEntry> & {
  readonly path: string;
  readonly content?: string | Uint8Array;
};

function tarOf(entries: readonly LayerEntry[]): Buffer {
  const parts = entries.flatMap(({ content = '', ...entry }) => {
    const bytes = Buffer.from(content);
    const defaults = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 1 } as const;
    return [tarHeader({ ...defaults, size: bytes.length, ...entry }), bytes, tarPadding(bytes.length)];
  });
  return Buffer.concat([...parts, tarEnd()]);
}

/** A layer of these entries, through a real tar. `a/` is a directory, `a -> b` a symbolic link, `a = b` a hard link, `a: text` a file. */
export function layerOf(...entries: readonly (LayerEntry | string)[]): LocalLayer {
  const tar = tarOf(entries.map(each => (typeof each === 'string' ? short(each) : each)));
  const read: TarEntry[] = [];
  const reader = new TarReader({ entry: entry => read.push(entry) });
  reader.write(tar);
  reader.end();
  const content = bytesContent(tar);
  return {
    diffId: `sha256:${'0'.repeat(64)}`,
    entries: read,
    content: entry => tarContent(entry, content),
    verify: async () => {},
  };
}

function short(text: string): LayerEntry {
  const [, path = '', sign, rest = ''] = /^(.*?)(?:( -> | = |: )(.*))?$/s.exec(text) ?? [];
  if (sign === ' -> ') return { path, type: 'symlink', linkPath: rest, mode: 0o777 };
  if (sign === ' = ') return { path, type: 'hardlink', linkPath: rest };
  return path.endsWith('/') ? { path, type: 'directory', mode: 0o755 } : { path, content: rest };
}

/** Every path but the root, with what a file holds and where a link leads. */
export function tellTree(tree: Tree): string[] {
  return [...tree.nodes()].slice(1).map(node => {
    if (node.kind === 'file') return `${node.path}: ${readContent(node.content).toString()}`;
    return node.kind === 'symlink' ? `${node.path} -> ${node.target}` : `${node.path}/`;
  });
}
