import { MARK } from '../../image/inspect/index.ts';
import { layoutOf } from './layout.ts';
import { moved } from './moved.ts';
import { chosenNode, openFindings, withChoice } from './narrow.ts';
import { directoriesIn, placeOf } from './rows.ts';
import type { State } from './state.ts';
import type { Size, World } from './world.ts';

/** A key in the tree. */
export function pressTree(
  state: State,
  key: string,
  { world, size }: { readonly world: World; readonly size: Size },
): State {
  const rows = world.rows(state);
  const page = layoutOf(size, world.layerCount).body;
  const at = moved(key, state.tree.at, { count: rows.count, page });
  if (at !== undefined) return { ...state, tree: { ...state.tree, at } };
  switch (key) {
    case 'space':
    case 'enter':
      return toggle(state, world);
    case 'right':
      return isOpen(state, world) ? step(state, 1, world) : toggle(state, world);
    case 'left':
      return isOpen(state, world) ? toggle(state, world) : goUp(state, world);
    case 'ctrl+space':
    case 'e':
      return toggleAll(state, world);
    case 'ctrl+a':
      return withChoice(state, { added: !state.choice.added }, world);
    case 'n':
      return nextWasted(state, world);
    default:
      return state;
  }
}

function isOpen(state: State, world: World): boolean {
  return state.open.has(chosenNode(state, world)) && isDirectory(state, world);
}

function isDirectory(state: State, world: World): boolean {
  const { marks } = world.survey(state.choice);
  const { names } = world.terrain.ground.stacked;
  const first = names.firstChild[chosenNode(state, world)]!;
  for (let child = first; child !== -1; child = names.nextSibling[child]!) {
    if (marks[child] !== MARK.absent) return true;
  }
  return false;
}

/** Opens or closes a directory; of a file it shows what was found. */
function toggle(state: State, world: World): State {
  const node = chosenNode(state, world);
  if (!isDirectory(state, world)) {
    const entry = world.survey(state.choice).entries[node] ?? -1;
    return world.findingOf(node, entry) === -1 ? state : openFindings(state, world);
  }
  const open = new Set(state.open);
  if (!open.delete(node)) open.add(node);
  return { ...state, open };
}

function step(state: State, by: number, world: World): State {
  const at = Math.min(state.tree.at + by, world.rows(state).count - 1);
  return { ...state, tree: { ...state.tree, at } };
}

function goUp(state: State, world: World): State {
  const { names } = world.terrain.ground.stacked;
  const parent = names.parent[chosenNode(state, world)]!;
  if (parent === 0) return state;
  return { ...state, tree: { ...state.tree, at: placeOf(world.rows(state), names, parent) } };
}

function toggleAll(state: State, world: World): State {
  const node = chosenNode(state, world);
  const all = directoriesIn(world.terrain, world.survey(state.choice));
  const open = all.isSubsetOf(state.open) ? new Set([0]) : all;
  const next: State = { ...state, open };
  const at = placeOf(world.rows(next), world.terrain.ground.stacked.names, node);
  return { ...next, tree: { ...state.tree, at } };
}

/** The next line with something wasted, opening what is on the way. */
function nextWasted(state: State, world: World): State {
  const { wasted } = world.survey(state.choice);
  const rows = world.rows(state);
  for (let at = state.tree.at + 1; at < rows.count; at += 1) {
    if (wasted[rows.nodes[at]!] === 1) return { ...state, tree: { ...state.tree, at } };
  }
  return state;
}
