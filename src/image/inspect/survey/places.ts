import type { Finding } from '../finding.ts';
import type { Ground } from '../ground.ts';
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
    const isOf = hiddenBy(finding, ground);
    const nodes = hidden.filter(each => each.how === how && isOf(each)).map(each => each.node);
    return { nodes: new Set(nodes), layers: layersOf(ground, finding), isAll: true };
  }
  const nodes = new Set([...found.waste].filter(([, id]) => id === finding.id).map(([node]) => node));
  if (nodes.size > 0) return { nodes, layers: undefined, isAll: true };
  for (const { path } of finding.examples) {
    const node = path.startsWith('/') ? ground.tree.find(path) : -1;
    if (node !== -1) nodes.add(node);
  }
  return { nodes, layers: undefined, isAll: nodes.size >= finding.files };
}

/** Whether a hidden file is of a finding about the layers that carry and hide it. */
function hiddenBy({ causes }: Finding, { places }: Ground): (hidden: Hidden) => boolean {
  const from = causes[0]?.layer;
  const second = causes[1]?.layer ?? from;
  return ({ layer, by }) => places[layer] === from && places[by] === second;
}

/** How many layers are stacked where the first of its layers is on top. */
function layersOf({ places }: Ground, { causes }: Finding): number {
  const place = places.indexOf(causes[0]?.layer ?? -1);
  return place === -1 ? places.length : place + 1;
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
      return findings.findIndex(each => HIDING[each.id] === hides.how && hiddenBy(each, ground)(hides));
    const waste = found.waste.get(node);
    const known = waste === undefined ? undefined : byId.get(waste);
    return known ?? byExample.get(node) ?? -1;
  };
}
