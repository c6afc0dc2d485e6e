import { bytesContent } from '../../core/bytes/index.ts';
import { treeFrom } from './build.ts';
import type { Node, Tree } from './node.ts';

/** What {@link treeOf} takes for a path: the text or bytes of a file, `-> target`, `/` for a directory, or a node's parts. */
export type Sample = string | Uint8Array | Partial<Node>;

const PLAIN = { mode: 0o644, uid: 0, gid: 0, mtime: 1_700_000_000 } as const;

/** A small tree written by hand, for tests and examples: `{ '/bin/sh': '-> busybox', '/tmp': '/', … }`. */
export function treeOf(files: Readonly<Record<string, Sample>>): Tree {
  return treeFrom(Object.entries(files).map(([path, sample]) => nodeOf(path, sample)));
}

function nodeOf(path: string, sample: Sample): Node {
  const located = { path, meta: PLAIN, layer: 0 };
  if (sample === '/') return { kind: 'directory', ...located, meta: { ...PLAIN, mode: 0o755 } };
  if (typeof sample === 'string' && sample.startsWith('-> ')) {
    return { kind: 'symlink', ...located, meta: { ...PLAIN, mode: 0o777 }, target: sample.slice(3) };
  }
  if (typeof sample === 'string' || sample instanceof Uint8Array) {
    return { kind: 'file', ...located, content: bytesContent(sample) };
  }
  return { kind: 'file', content: bytesContent(''), ...located, ...sample } as Node;
}
