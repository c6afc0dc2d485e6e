import { type Entry, get, type MapNode, type Node, withEntries } from './node.ts';

/** Lists that are replaced whole. */
const WHOLE: ReadonlySet<string> = new Set(['command', 'entrypoint', 'test']);
/** Written as a map or as a list of `name=value`. */
const PAIRS: ReadonlySet<string> = new Set([
  'environment',
  'labels',
  'annotations',
  'sysctls',
  'extra_hosts',
  'driver_opts',
  'options',
]);
/** Written as a map or as a list of names. */
const NAMED: ReadonlySet<string> = new Set(['depends_on', 'networks']);
/** Lists in which an item replaces the one that has the same key. */
const KEYED: Readonly<Record<string, (item: Node) => string>> = {
  volumes: targetOf,
  devices: targetOf,
  tmpfs: item => (item.kind === 'scalar' ? (item.text.split(':')[0] ?? '') : targetOf(item)),
  configs: sourceOrTarget,
  secrets: sourceOrTarget,
  ports: portKey,
};

/**
 * One document over another: maps are joined, lists appended without repetitions, what has a key (a target, a
 * name) replaced by it, commands and single values replaced whole; `!override` replaces and `!reset` removes.
 * (Compose Specification, "Merge")
 */
export function mergeNodes(base: Node, over: Node, depth: 0 | typeof SERVICE_DEPTH = 0): Node {
  return merged(base, over, { key: '', depth }) ?? base;
}

/** How deep a service is in a document: names below it are keys of the specification, those above a person's. */
export const SERVICE_DEPTH = 2;

interface Where {
  readonly key: string;
  readonly depth: number;
}

function merged(base: Node, over: Node, where: Where): Node | undefined {
  const key = where.depth > SERVICE_DEPTH ? where.key : '';
  const { depth } = where;
  if (over.tag === '!reset') return undefined;
  if (over.tag === '!override' || WHOLE.has(key)) return over;
  // A key with nothing behind it says nothing about what is there.
  if (over.kind === 'scalar' && over.isNull && base.kind !== 'scalar') return base;
  if (key === 'logging' && hasOther('driver', base, over)) return over;
  if (PAIRS.has(key)) return mergeMaps(pairsMap(base), pairsMap(over), depth) ?? over;
  if (NAMED.has(key)) return mergeMaps(namesMap(base), namesMap(over), depth) ?? over;
  if (base.kind === 'map' && over.kind === 'map') return mergeMaps(base, over, depth);
  const isList = base.kind === 'list' || over.kind === 'list';
  if (!isList || base.kind === 'map' || over.kind === 'map') return over;
  return { ...over, kind: 'list', items: joined(itemsOf(base), itemsOf(over), KEYED[key] ?? plainKey) };
}

function mergeMaps(base: Node, over: Node, depth: number): MapNode | undefined {
  if (base.kind !== 'map' || over.kind !== 'map') return undefined;
  const entries = new Map<string, Entry>(base.entries.map(entry => [entry.key, entry]));
  for (const entry of over.entries) {
    const before = entries.get(entry.key);
    if (before === undefined && entry.value.tag !== '!reset') entries.set(entry.key, entry);
    if (before === undefined) continue;
    const value = merged(before.value, entry.value, { key: entry.key, depth: depth + 1 });
    if (value === undefined) entries.delete(entry.key);
    else entries.set(entry.key, { ...entry, value });
  }
  return withEntries(over, [...entries.values()]);
}

function itemsOf(node: Node): readonly Node[] {
  if (node.kind === 'list') return node.items;
  return node.kind === 'scalar' && node.isNull ? [] : [node];
}

function joined(base: readonly Node[], over: readonly Node[], keyOf: (item: Node) => string): Node[] {
  const items = new Map<string, Node>();
  for (const item of [...base, ...over]) items.set(keyOf(item), item);
  return [...items.values()];
}

/** `NAME=value` items as a map; other nodes are as they were. */
export function pairsMap(node: Node): Node {
  if (node.kind !== 'list') return node;
  const entries = node.items.flatMap(item => {
    if (item.kind !== 'scalar') return [];
    const at = item.text.indexOf('=');
    const colon = at < 0 && lastKey(node.path) === 'extra_hosts' ? item.text.indexOf(':') : at;
    const key = colon < 0 ? item.text : item.text.slice(0, colon);
    const value: Node = { ...item, text: colon < 0 ? '' : item.text.slice(colon + 1), isNull: colon < 0 };
    return [{ key, place: item.place, value }];
  });
  if (entries.length < node.items.length) return node;
  return { ...node, kind: 'map', entries };
}

/** A list of names as a map from them to nothing; other nodes are as they were. */
export function namesMap(node: Node): Node {
  if (node.kind !== 'list' || node.items.some(item => item.kind !== 'scalar')) return node;
  const entries = node.items.flatMap(item =>
    item.kind === 'scalar'
      ? [{ key: item.text, place: item.place, value: { ...item, text: '', isNull: true } }]
      : [],
  );
  return { ...node, kind: 'map', entries };
}

function lastKey(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function plainKey(item: Node): string {
  return item.kind === 'scalar' ? item.text : JSON.stringify(contentOf(item));
}

/** What a node says, without its places. */
function contentOf(node: Node): unknown {
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(contentOf);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, contentOf(value)]));
}

function textOf(node: Node, key: string): string | undefined {
  const value = get(node, key);
  return value?.kind === 'scalar' ? value.text : undefined;
}

function targetOf(item: Node): string {
  if (item.kind !== 'scalar') return textOf(item, 'target') ?? plainKey(item);
  const parts = item.text.split(':');
  return parts[1] ?? parts[0] ?? '';
}

function sourceOrTarget(item: Node): string {
  if (item.kind === 'scalar') return item.text;
  return textOf(item, 'target') ?? textOf(item, 'source') ?? plainKey(item);
}

/** Short and long forms of one port have one key. */
function portKey(item: Node): string {
  if (item.kind !== 'scalar') {
    const [ip = '', published = '', target = '', protocol = 'tcp'] = [
      'host_ip',
      'published',
      'target',
      'protocol',
    ].map(key => textOf(item, key));
    return [ip, published, target, protocol].join('|');
  }
  const [ports = '', protocol = 'tcp'] = item.text.split('/');
  const [, ip = '', published = '', target = ''] =
    /^(?:(\[.*\]|[^:]*\..*?):)?(?:([^:]*):)?([^:]*)$/.exec(ports) ?? [];
  return [ip.replace(/^\[|\]$/g, ''), published, target, protocol].join('|');
}

/** Options of one driver mean nothing to another. */
function hasOther(key: string, base: Node, over: Node): boolean {
  const other = textOf(over, key);
  return other !== undefined && other !== textOf(base, key);
}
