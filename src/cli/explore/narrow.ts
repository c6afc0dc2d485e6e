import { placeOf } from './rows.ts';
import type { Choice, State } from './state.ts';
import { openedFor, type World } from './world.ts';

/** The node that is chosen in the tree; 0 where there is none. */
export function chosenNode(state: State, world: World): number {
  return world.rows(state).nodes[state.tree.at] ?? 0;
}

/** The state with another choice. The tree opens where it is narrowed; what is chosen stays chosen where it can. */
export function withChoice(state: State, change: Partial<Choice>, world: World): State {
  const { names } = world.terrain.ground.stacked;
  const chosen = chosenNode(state, world);
  const choice: Choice = { ...state.choice, ...change };
  const before = state.before ?? { open: state.open, node: chosen };
  // A tree that shows nothing has nothing chosen: then it is what was, when it began.
  const node = chosen === 0 ? before.node : chosen;
  const next: State = {
    ...state,
    choice,
    open: openFor(state, { choice, before, node }, world),
    before: isNarrow(choice) ? before : undefined,
  };
  return { ...next, tree: { ...state.tree, at: placeOf(world.rows(next), names, node) } };
}

interface Change {
  readonly choice: Choice;
  readonly before: NonNullable<State['before']>;
  readonly node: number;
}

function openFor(state: State, { choice, before, node }: Change, world: World): ReadonlySet<number> {
  const was = state.choice;
  if (!isNarrow(choice)) {
    if (!isNarrow(was)) return state.open;
    const above = world.terrain.ground.stacked.names.trail(node).slice(0, -1);
    return new Set([...before.open, 0, ...above]);
  }
  const isOther =
    choice.filter !== was.filter || choice.finding !== was.finding || choice.layer !== was.layer;
  return isOther ? openedFor(world, choice, before.open) : state.open;
}

function isNarrow({ filter, finding }: Choice): boolean {
  return filter !== '' || finding !== undefined;
}

/** Takes back what narrows the tree, the last first: a filter, a finding, toggles. */
export function widen(state: State, world: World): State {
  const { filter, finding } = state.choice;
  if (filter !== '') return withChoice(state, { filter: '' }, world);
  if (finding !== undefined) return withChoice(state, { finding: undefined }, world);
  return withChoice(state, { added: true, changed: true, removed: true, same: true, wasted: false }, world);
}

/** The list of findings, at the one that the chosen file is in. */
export function openFindings(state: State, world: World): State {
  const node = chosenNode(state, world);
  const found = node === 0 ? -1 : world.findingOf(node, world.survey(state.choice).entries[node]!);
  const isTree = state.pane === 'tree' && found !== -1;
  const at = isTree ? found : (state.choice.finding ?? state.findings.at);
  return { ...state, view: 'findings', findings: { ...state.findings, at } };
}
