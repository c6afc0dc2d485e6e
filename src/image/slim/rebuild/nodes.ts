import { bytesContent } from '../../../core/bytes/index.ts';
import { dirname, type Node, type Tree } from '../../tree/index.ts';
import { stripElf } from '../../userland/strip/index.ts';
import type { LayerGroup, SlimPlan } from '../plan/index.ts';

/** The nodes of one new layer, sorted by path: every directory before what it holds. */
export interface LayerNodes {
  readonly group: LayerGroup;
  readonly nodes: readonly Node[];
}

/** What the new image consists of. */
export interface SlimNodes {
  readonly layers: readonly LayerNodes[];
  /** Paths of programs and libraries that are smaller without their symbols, with the bytes saved. */
  readonly stripped: ReadonlyMap<string, number>;
}

const GROUPS: readonly LayerGroup[] = ['os', 'dependencies', 'app'];

/** Sorts what a plan keeps into new layers, and strips it where `strip` says so. Contents are not copied. */
export function slimNodes(tree: Tree, plan: SlimPlan, options: { readonly strip: boolean }): SlimNodes {
  const stripped = new Map<string, number>();
  const chosen = new Map<LayerGroup, Map<string, Node>>(GROUPS.map(group => [group, new Map()]));
  const put = (group: LayerGroup, node: Node): void => {
    const layer = chosen.get(group)!;
    layer.set(node.path, node);
    for (let at = dirname(node.path); !layer.has(at); at = dirname(at)) {
      layer.set(at, directoryAt(tree, at));
      if (at === '/') break;
    }
  };
  for (const path of plan.kept.keys()) {
    const node = tree.get(path);
    if (node === undefined) continue;
    put(plan.groups.get(path) ?? 'os', options.strip ? withoutSymbols(node, stripped) : node);
  }
  for (const [path, bytes] of plan.written) put('os', writtenFile(path, bytes));
  const layers = GROUPS.map(group => ({ group, nodes: sorted(chosen.get(group)!) }));
  return { layers: layers.filter(layer => layer.nodes.length > 0), stripped };
}

function withoutSymbols(node: Node, stripped: Map<string, number>): Node {
  if (node.kind !== 'file') return node;
  const content = stripElf(node.content);
  if (content === undefined || content.size >= node.content.size) return node;
  stripped.set(node.path, node.content.size - content.size);
  return { ...node, content };
}

const WRITTEN = { mode: 0o644, uid: 0, gid: 0, mtime: 0 } as const;

function writtenFile(path: string, bytes: Uint8Array): Node {
  return { kind: 'file', path, meta: WRITTEN, layer: -1, content: bytesContent(bytes) };
}

function directoryAt(tree: Tree, path: string): Node {
  const node = tree.get(path);
  if (node?.kind === 'directory') return node;
  return { kind: 'directory', path, meta: { ...WRITTEN, mode: 0o755 }, layer: -1 };
}

function sorted(nodes: ReadonlyMap<string, Node>): Node[] {
  // The root itself is every engine's own, unless a layer says something about it.
  const all = [...nodes.values()].filter(node => node.path !== '/' || node.layer >= 0);
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
}
