import { isAbsolute, join, relative } from 'node:path';
import { type Entry, get, type MapNode, type Node, withEntries } from '../node/index.ts';

/** Where relative paths of a file lead, and what `~` is. */
export interface Base {
  readonly directory: string;
  readonly home: string;
  /** Told of each file that a relative path names, and whose text is read or handed on. */
  readonly named?: (node: Node, path: string) => void;
}

/** Changes a value; gives the same node when there is nothing to change. */
type Change = (node: Node) => Node;

/** A path that is given relative to a file. */
export function absolutePath(path: string, { directory, home }: Base): string {
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
  return isAbsolute(path) ? path : join(directory, path);
}

/** Whether a path is a directory or within it, by its letters. */
export function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || (!way.startsWith('../') && way !== '..' && !isAbsolute(way));
}

/** The document with its relative paths made absolute, so that it can be merged with those of other directories. */
export function withAbsolutePaths(root: MapNode, base: Base): MapNode {
  const path: Change = node =>
    node.kind === 'scalar' && !node.isNull ? { ...node, text: absolutePath(node.text, base) } : node;
  const named: Change = node => {
    const found = path(node);
    const isRelative = node.kind === 'scalar' && !node.isNull && !/^[/~]/.test(node.text);
    if (isRelative && found.kind === 'scalar') base.named?.(node, found.text);
    return found;
  };
  const files = each(under('file', named));
  const envFile = oneOrMore(node => (node.kind === 'map' ? under('path', named)(node) : named(node)));
  const service = chain(
    under('volumes', oneOrMore(volume(path))),
    under('env_file', envFile),
    under('label_file', envFile),
    under('x-sampan', under('config', under('files', each(under('source', path))))),
  );
  const all = chain(under('services', each(service)), under('configs', files), under('secrets', files));
  const changed = all(root);
  return changed.kind === 'map' ? changed : root;
}

function volume(path: Change): Change {
  return node => {
    if (node.kind === 'map') {
      const type = get(node, 'type');
      return type?.kind === 'scalar' && type.text === 'bind' ? under('source', path)(node) : node;
    }
    if (node.kind !== 'scalar' || !/^[.~]/.test(node.text) || !node.text.includes(':')) return node;
    const [source = '', ...rest] = node.text.split(':');
    const resolved = path({ ...node, text: source });
    return resolved.kind === 'scalar' ? { ...node, text: [resolved.text, ...rest].join(':') } : node;
  };
}

function chain(...changes: readonly Change[]): Change {
  return node => changes.reduce((result, change) => change(result), node);
}

function under(key: string, change: Change): Change {
  return node =>
    node.kind === 'map'
      ? mapEntries(node, entry => (entry.key === key ? change(entry.value) : entry.value))
      : node;
}

function each(change: Change): Change {
  return node => (node.kind === 'map' ? mapEntries(node, entry => change(entry.value)) : node);
}

function mapEntries(node: MapNode, change: (entry: Entry) => Node): MapNode {
  return withEntries(
    node,
    node.entries.map(entry => ({ ...entry, value: change(entry) })),
  );
}

function oneOrMore(change: Change): Change {
  return node => (node.kind === 'list' ? { ...node, items: node.items.map(change) } : change(node));
}
