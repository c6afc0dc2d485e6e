import { layoutOf } from './layout.ts';
import { moved } from './moved.ts';
import { chosenNode, openFindings, widen, withChoice } from './narrow.ts';
import { pressFilter } from './press-filter.ts';
import { pressTree } from './press-tree.ts';
import { placeOf } from './rows.ts';
import { type State, scrollTo } from './state.ts';
import type { Size, World } from './world.ts';

/**
 * A key by its name (`up`, `tab`, `ctrl+a`), or the character that it types. What is left over when it was nothing
 * that is known is no change.
 */
export function press(
  state: State,
  key: string,
  place: { readonly world: World; readonly size: Size },
): State {
  if (key === 'ctrl+c') return { ...state, end: 'interrupt' };
  const { world, size } = place;
  if (state.typing) return fit(pressFilter(state, key, world), world, size);
  if (key === 'q') return { ...state, end: 'quit' };
  if (state.view !== 'panes') return fit(pressView(state, key, place), world, size);
  const known = pressAnywhere(state, key, world);
  if (known !== undefined) return fit(known, world, size);
  return fit(
    state.pane === 'tree' ? pressTree(state, key, place) : pressLayers(state, key, place),
    world,
    size,
  );
}

/** The same on a screen of another size: what is chosen stays in sight. */
export function fit(state: State, world: World, size: Size): State {
  const { body, layers, findings } = layoutOf(size, world.layerCount);
  return {
    ...state,
    layers: scrollTo(state.layers, state.layers.at, { count: world.layerCount, height: layers }),
    tree: scrollTo(state.tree, state.tree.at, { count: world.rows(state).count, height: body }),
    findings: scrollTo(state.findings, state.findings.at, {
      count: world.inspected.found.findings.length,
      height: findings,
    }),
  };
}

const TOGGLES: Readonly<Record<string, 'added' | 'changed' | 'removed' | 'same' | 'wasted'>> = {
  a: 'added',
  c: 'changed',
  m: 'changed',
  r: 'removed',
  'ctrl+r': 'removed',
  u: 'same',
  'ctrl+u': 'same',
  w: 'wasted',
  'ctrl+w': 'wasted',
};

/** Keys that mean the same in both panes. */
function pressAnywhere(state: State, key: string, world: World): State | undefined {
  const toggle = TOGGLES[key];
  if (toggle !== undefined) return withChoice(state, { [toggle]: !state.choice[toggle] }, world);
  switch (key) {
    case 'tab':
    case 'shift+tab':
      return { ...state, pane: state.pane === 'tree' ? 'layers' : 'tree' };
    case '/':
    case 'ctrl+f':
      return { ...state, typing: true, pane: 'tree' };
    case 'escape':
      return widen(state, world);
    case 'f':
      return openFindings(state, world);
    case '?':
      return { ...state, view: 'help' };
    case 'l':
    case 'ctrl+l':
      return withChoice(state, { compare: state.choice.compare === 'layer' ? 'base' : 'layer' }, world);
    case 's':
    case 'o':
    case 'ctrl+o':
      return resort(state, world);
    case 'b':
    case 'ctrl+b':
      return { ...state, attributes: !state.attributes };
    default:
      return undefined;
  }
}

/** What is chosen stays chosen. */
function resort(state: State, world: World): State {
  const node = chosenNode(state, world);
  const sorted: State = { ...state, sort: state.sort === 'size' ? 'name' : 'size' };
  const at = placeOf(world.rows(sorted), world.terrain.ground.stacked.names, node);
  return { ...sorted, tree: { ...state.tree, at } };
}

interface Place {
  readonly world: World;
  readonly size: Size;
}

function pressLayers(state: State, key: string, { world, size }: Place): State {
  const { layers } = layoutOf(size, world.layerCount);
  if (key === 'ctrl+a') return withChoice(state, { compare: 'base' }, world);
  if (key === 'enter' || key === 'right' || key === 'space') return { ...state, pane: 'tree' };
  const at = moved(key, state.layers.at, { count: world.layerCount, page: layers });
  if (at === undefined || at === state.layers.at) return state;
  const finding = undefined;
  return withChoice({ ...state, layers: { ...state.layers, at } }, { layer: at, finding }, world);
}

function pressView(state: State, key: string, { world, size }: Place): State {
  if (state.view === 'help') return { ...state, view: 'panes' };
  if (key === 'escape' || key === 'f' || key === 'tab') return { ...state, view: 'panes' };
  if (key === '?') return { ...state, view: 'help' };
  const { findings } = world.inspected.found;
  if (key === 'enter' || key === 'space') return jump(state, world);
  const page = layoutOf(size, world.layerCount).findings;
  const at = moved(key, state.findings.at, { count: findings.length, page });
  return at === undefined ? state : { ...state, findings: { ...state.findings, at } };
}

/** Shows the files of a finding in the tree, in the layer that carries them. */
function jump(state: State, world: World): State {
  const finding = state.findings.at;
  if (world.inspected.found.findings[finding] === undefined) return state;
  const { layers } = world.places(finding);
  const layer = layers === undefined ? 0 : placeOfRead(world, layers);
  const narrowed = withChoice(
    { ...state, view: 'panes', pane: 'tree' },
    { finding, layer, filter: '', added: true, changed: true, removed: true, same: true, wasted: false },
    world,
  );
  return { ...narrowed, layers: { ...state.layers, at: layer }, tree: { top: 0, at: 0 } };
}

/** The place in the list of layers up to which so many were read. */
function placeOfRead({ inspected }: World, count: number): number {
  let left = count;
  const at = inspected.inspection.layers.findIndex(layer => layer.unread === undefined && --left === 0);
  return at + 1;
}
