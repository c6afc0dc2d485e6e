import { factsOf, type Survey } from '../../image/inspect/index.ts';
import { formatSize, pad, truncate, visible } from '../output/index.ts';
import type { Layout } from './layout.ts';
import { countOf, inTone, type Line, plain, type Tone } from './line.ts';
import type { Choice, State } from './state.ts';
import type { World } from './world.ts';

/** What the tree shows, in a line. */
export function treeTitle(state: State, world: World, { right }: Layout): string {
  const { choice, sort } = state;
  const view = world.survey(choice);
  const hidden = hiddenKinds(choice);
  const parts = [
    titleOf(choice, world),
    countOf(view.files[0]!),
    formatSize(view.bytes[0]!),
    ...(sort === 'name' ? ['by name'] : []),
    ...(choice.wasted ? ['only wasted'] : []),
    ...(hidden === '' ? [] : [`not ${hidden}`]),
  ];
  return truncate(parts.join(', '), right);
}

function titleOf({ layer, compare, finding }: Choice, { inspected, places }: World): string {
  const found = finding === undefined ? undefined : inspected.found.findings[finding];
  if (found !== undefined && finding !== undefined) {
    return `${places(finding).isAll ? '' : 'the largest of '}${visible(found.id)}`;
  }
  if (layer === 0) return 'All layers';
  return compare === 'layer' ? `Layer ${layer}` : `Up to layer ${layer}, against the base`;
}

function hiddenKinds({ added, changed, removed, same }: Choice): string {
  return [added ? '' : '+', changed ? '' : '~', removed ? '' : '−', same ? '' : 'unchanged']
    .filter(each => each !== '')
    .join(' ');
}

/** The lines of the tree that are in sight. */
export function treeLines(state: State, world: World, layout: Layout): readonly Line[] {
  const rows = world.rows(state);
  const view = world.survey(state.choice);
  const lines: Line[] = [];
  const last = Math.min(rows.count, state.tree.top + layout.body);
  for (let at = state.tree.top; at < last; at += 1) {
    const spans = treeLine({ node: rows.nodes[at]!, depth: rows.depths[at]! }, { state, world, view });
    const isChosen = at === state.tree.at;
    lines.push(isChosen ? inTone(spans, state.pane === 'tree' ? 'chosen' : 'kept') : spans);
  }
  return rows.count === 0 ? [[{ text: ' nothing to show: esc shows all', tone: 'faint' }]] : lines;
}

const SIGNS: readonly (readonly [sign: string, tone: Tone])[] = [
  [' ', 'plain'],
  [' ', 'plain'],
  ['+', 'added'],
  ['~', 'changed'],
  ['−', 'removed'],
];

interface Shown {
  readonly state: State;
  readonly world: World;
  readonly view: Survey;
}

function treeLine(row: { readonly node: number; readonly depth: number }, shown: Shown): Line {
  const { state, world, view } = shown;
  const { node, depth } = row;
  const [sign, tone] = SIGNS[view.marks[node]!]!;
  const what = factsOf(world.terrain, node, view.entries[node]!);
  const { isDirectory } = what;
  const arrow = isDirectory ? (state.open.has(node) ? '▾ ' : '▸ ') : '  ';
  const size = what.isFile || isDirectory ? formatSize(view.bytes[node]!) : '';
  const rights = state.attributes ? `${what.rights} ${pad(`${what.uid}:${what.gid}`, 9)} ` : '';
  return [
    { text: view.wasted[node] === 1 ? '!' : ' ', tone: 'waste' },
    { text: `${sign} `, tone },
    { text: rights, tone: 'faint' },
    { text: `${pad(size, 8, 'right')} `, tone: isDirectory ? 'plain' : tone },
    plain('  '.repeat(Math.min(depth, 12)) + arrow),
    {
      text: `${visible(what.name)}${isDirectory ? '/' : ''}`,
      tone: tone === 'plain' && isDirectory ? 'strong' : tone,
    },
    { text: what.target === '' ? '' : ` → ${visible(what.target)}`, tone: 'faint' },
  ];
}
