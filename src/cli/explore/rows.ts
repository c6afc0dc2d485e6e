import { MARK, type Survey, type Terrain } from '../../image/inspect/index.ts';

/** The lines of a tree, from the top down. */
export interface Rows {
  readonly count: number;
  readonly nodes: Int32Array;
  /** 0 for what is in the root. */
  readonly depths: Uint16Array;
}

/** In which order, and what of it is open. */
export interface Order {
  readonly open: ReadonlySet<number>;
  readonly sort: 'size' | 'name';
}

/** The lines of what is shown, as far as directories are open. */
export function rowsOf({ ground }: Pick<Terrain, 'ground'>, view: Survey, order: Order): Rows {
  const { names } = ground.stacked;
  const nodes = new Int32Array(names.count);
  const depths = new Uint16Array(names.count);
  let count = 0;
  const todo: { readonly node: number; readonly depth: number }[] = [];
  const open = (node: number, depth: number): void => {
    const children = childrenOf(ground.stacked.names, view, { node, sort: order.sort });
    for (let i = children.length - 1; i >= 0; i -= 1) todo.push({ node: children[i]!, depth });
  };
  open(0, 0);
  for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
    nodes[count] = item.node;
    depths[count] = item.depth;
    count += 1;
    if (order.open.has(item.node)) open(item.node, item.depth + 1);
  }
  return { count, nodes: nodes.slice(0, count), depths: depths.slice(0, count) };
}

type Names = Terrain['ground']['stacked']['names'];

function childrenOf(
  names: Names,
  { marks, bytes }: Survey,
  { node, sort }: { readonly node: number; readonly sort: Order['sort'] },
): number[] {
  const found: number[] = [];
  for (let child = names.firstChild[node]!; child !== -1; child = names.nextSibling[child]!) {
    if (marks[child] !== MARK.absent) found.push(child);
  }
  if (found.length < 2) return found;
  const texts = new Map(found.map(child => [child, names.textOf(child)]));
  const byName = (a: number, b: number): number => (texts.get(a)! < texts.get(b)! ? -1 : 1);
  return found.sort(sort === 'name' ? byName : (a, b) => bytes[b]! - bytes[a]! || byName(a, b));
}

/** All directories that something shown is in, for a tree that is all open. */
export function directoriesIn({ ground }: Pick<Terrain, 'ground'>, { marks }: Survey): ReadonlySet<number> {
  const { parent } = ground.stacked.names;
  const found = new Set([0]);
  for (let node = 1; node < marks.length; node += 1) {
    if (marks[node] !== MARK.absent) found.add(parent[node]!);
  }
  return found;
}

/** The line of a node, or of the closest directory above it that has one; 0 when nothing has. */
export function placeOf(rows: Rows, names: Names, node: number): number {
  const above = new Set(names.trail(node));
  let found = 0;
  for (let i = 0; i < rows.count; i += 1) {
    if (above.has(rows.nodes[i]!)) found = i;
    if (rows.nodes[i] === node) return i;
  }
  return found;
}
