import {
  findingFinder,
  type Inspected,
  type Places,
  patternOf,
  placesOf,
  type Selection,
  type Survey,
  survey,
  type Terrain,
  terrainOf,
} from '../../image/inspect/index.ts';
import { directoriesIn, type Rows, rowsOf } from './rows.ts';
import type { Choice, State } from './state.ts';

/** How large the screen is, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What the explorer looks at. The same state gives the same answers; the last ones are kept. */
export interface World {
  readonly inspected: Inspected;
  readonly terrain: Terrain;
  /** Lines in the list of layers, with that of the whole image. */
  readonly layerCount: number;
  survey(choice: Choice): Survey;
  rows(state: State): Rows;
  places(finding: number): Places;
  /** The finding that a file is in; -1 for none. */
  findingOf(node: number, entry: number): number;
}

/** More lines than this are not opened by themselves while a filter is typed. */
const MOST_OPENED_FILES = 3000;

/** Prepares an image that was inspected to be explored. */
export function worldOf(inspected: Inspected): World {
  const terrain = terrainOf(inspected.ground, inspected.found);
  const { findings } = inspected.found;
  const places = lastOf((finding: number) => placesOf(terrain, findings[finding]!));
  const surveyed = lastOf((choice: Choice) => survey(terrain, selectionOf(choice, inspected, places)));
  const findingOf = findingFinder(terrain, findings);
  let kept: { readonly of: State; readonly rows: Rows } | undefined;
  return {
    inspected,
    terrain,
    layerCount: inspected.inspection.layers.length + 1,
    survey: surveyed,
    places,
    findingOf,
    rows: state => {
      const { choice, open, sort } = state;
      const isSame = kept?.of.choice === choice && kept.of.open === open && kept.of.sort === sort;
      if (!isSame) kept = { of: state, rows: rowsOf(terrain, surveyed(choice), { open, sort }) };
      return kept!.rows;
    },
  };
}

/** Keeps the last answer. */
function lastOf<K, V>(answer: (key: K) => V): (key: K) => V {
  let kept: { readonly key: K; readonly value: V } | undefined;
  return key => {
    if (kept === undefined || kept.key !== key) kept = { key, value: answer(key) };
    return kept.value;
  };
}

/** How many of the first `count` layers were read. */
function readAmong({ inspection }: Inspected, count: number): number {
  return inspection.layers.slice(0, count).filter(layer => layer.unread === undefined).length;
}

function selectionOf(choice: Choice, inspected: Inspected, places: (finding: number) => Places): Selection {
  const layers = readAmong(inspected, choice.layer === 0 ? inspected.inspection.layers.length : choice.layer);
  const { added, changed, removed, same, wasted } = choice;
  return {
    layers,
    against: againstOf(choice, inspected, layers),
    ...{ added, changed, removed, same, wasted },
    pattern: patternOf(choice.filter),
    only: choice.finding === undefined ? undefined : places(choice.finding).nodes,
  };
}

/** The whole image is compared with nothing; a layer that was not read changes nothing. */
function againstOf({ layer, compare }: Choice, inspected: Inspected, layers: number): number {
  if (layer === 0) return layers;
  const { baseLayers } = inspected.ground;
  if (compare === 'base') return layers <= baseLayers ? 0 : baseLayers;
  return readAmong(inspected, layer - 1);
}

/** What is open when a filter or a finding narrows the tree: all, unless that is too much to look at. */
export function openedFor(world: World, choice: Choice, open: ReadonlySet<number>): ReadonlySet<number> {
  if (choice.filter === '' && choice.finding === undefined) return open;
  const view = world.survey(choice);
  return view.files[0]! > MOST_OPENED_FILES ? open : directoriesIn(world.terrain, view);
}
