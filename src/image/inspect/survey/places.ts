import type { Finding } from '../finding.ts';
import type { Hidden, HiddenBy } from '../stack/index.ts';
import type { Terrain } from './terrain.ts';

/** Where the files of a finding are. */
export interface Places {
  readonly nodes: ReadonlySet<number>;
  /** How many layers are to be stacked to see them; `undefined`: all. */
  readonly layers: number | undefined;
  /** False where the finding keeps only its largest files. */
  readonly isAll: boolean;
}

const HIDING: Readonly<Record<string, HiddenBy>> = {
  'deleted-later': 'removed',
  'overwritten-later': 'replaced',
  'metadata-copy': 'metadata',
};

/** The files of a finding: all of those that can go, and otherwise its examples. */
export function placesOf({ ground, found, hidden }: Terrain, finding: Finding): Places {
  const how = HIDING[finding.id];
  if (how !== undefined) {
    const nodes = hidden.filter(each => each.how === how && isOf(finding, each)).map(each => each.node);
    return { nodes: new Set(nodes), layers: layersOf(ground.layers, finding), isAll: true };
  }
  const nodes = new Set([...found.waste].filter(([, id]) => id === finding.id).map(([node]) => node));
  if (nodes.size > 0) return { nodes, layers: undefined, isAll: true };
  for (const { path } of finding.examples) {
    const node = path.startsWith('/') ? ground.tree.find(path) : -1;
    if (node !== -1) nodes.add(node);
  }
  return { nodes, layers: undefined, isAll: nodes.size >= finding.files };
}

function isOf({ causes }: Finding, { layer, by }: Hidden): boolean {
  const [from, second] = causes;
  return from?.layer === layer && (second?.layer ?? layer) === by;
}

function layersOf(layers: readonly unknown[], { causes }: Finding): number {
  return Math.min(layers.length, (causes[0]?.layer ?? layers.length - 1) + 1);
}

/** Tells the place of the finding that a file is in, by its node and the entry that is shown; -1 for none. */
export function findingFinder(
  terrain: Terrain,
  findings: readonly Finding[],
): (node: number, entry: number) => number {
  const { found, hidden, hiding, ground } = terrain;
  const byId = new Map([...findings.entries()].reverse().map(([i, { id }]) => [id, i]));
  const byExample = new Map<number, number>();
  for (const [i, { examples }] of [...findings.entries()].reverse()) {
    for (const { path } of examples) {
      const node = path.startsWith('/') ? ground.tree.find(path) : -1;
      if (node !== -1) byExample.set(node, i);
    }
  }
  return (node, entry) => {
    if (entry < 0) return -1;
    const hides = hiding[entry]! === 0 ? undefined : hidden[hiding[entry]! - 1];
    if (hides !== undefined)
      return findings.findIndex(each => HIDING[each.id] === hides.how && isOf(each, hides));
    const waste = found.waste.get(node);
    const known = waste === undefined ? undefined : byId.get(waste);
    return known ?? byExample.get(node) ?? -1;
  };
}
