import { pathAt } from '../../image/inspect/index.ts';
import { formatSize, truncate, truncateMiddle, visible, widthOf } from '../output/index.ts';
import { findingLines } from './draw-findings.ts';
import { helpLines } from './draw-help.ts';
import { layerLines } from './draw-layers.ts';
import { treeLines, treeTitle } from './draw-tree.ts';
import { LEAST, layoutOf } from './layout.ts';
import { type Line, line, plain } from './line.ts';
import { chosenNode } from './narrow.ts';
import type { State } from './state.ts';
import type { Size, World } from './world.ts';

/** What is seen: as many lines as the screen has, each as wide as it is. */
export function screenOf(state: State, world: World, size: Size): readonly Line[] {
  const lines =
    size.columns < LEAST.columns || size.rows < LEAST.rows ? tooSmall(size) : full(state, world, size);
  return Array.from({ length: size.rows }, (_, i) => line(lines[i] ?? [], size.columns));
}

function tooSmall({ columns }: Size): readonly Line[] {
  return [[plain(truncate(`make the terminal larger: ${LEAST.columns}×${LEAST.rows} at least`, columns))]];
}

function full(state: State, world: World, size: Size): readonly Line[] {
  const head = title(world, size);
  if (state.view === 'help') return [head, ...helpLines(size)];
  if (state.view === 'findings') return [head, ...findingLines(state, world, size)];
  return [head, ...panes(state, world, size), ...foot(state, world, size)];
}

function title({ inspected: { inspection } }: World, { columns }: Size): Line {
  const { totals } = inspection;
  const figures = `${formatSize(totals.sizeBytes)}, ${formatSize(totals.reclaimableBytes)} could go, efficiency ${(totals.efficiency * 100).toFixed(1)} %`;
  const room = columns - widthOf(figures) - 3;
  const name = truncateMiddle(visible(inspection.image), Math.max(room, 8));
  const gap = ' '.repeat(Math.max(1, columns - widthOf(name) - widthOf(figures) - 2));
  return [{ text: ` ${name}${gap}${figures} `, tone: 'bar' }];
}

function panes(state: State, world: World, size: Size): readonly Line[] {
  const layout = layoutOf(size, world.layerCount);
  const isLeft = state.pane === 'layers';
  const left = layerLines(state, world, layout);
  const right = treeLines(state, world, layout);
  const titles: Line = [
    ...line([{ text: 'Layers', tone: isLeft ? 'heading' : 'faint' }], layout.left),
    divider,
    { text: treeTitle(state, world, layout), tone: isLeft ? 'faint' : 'heading' },
  ];
  const body = Array.from(
    { length: layout.body },
    (_, i): Line => [...line(left[i] ?? [], layout.left), divider, ...line(right[i] ?? [], layout.right)],
  );
  return [titles, ...body];
}

const divider = { text: '│', tone: 'faint' } as const;

/** The path that is chosen, what is to be said of it, and the keys. */
function foot(state: State, world: World, { columns }: Size): readonly Line[] {
  const node = chosenNode(state, world);
  const { findings } = world.inspected.found;
  const path = node === 0 ? '/' : pathAt(world.terrain, node);
  const entry = world.survey(state.choice).entries[node] ?? -1;
  const place = state.choice.finding ?? (node === 0 ? -1 : world.findingOf(node, entry));
  const finding = findings[place];
  const fix =
    finding === undefined
      ? ''
      : visible(finding.fix.split('\n').find(each => !/^FROM .* AS /.test(each)) ?? '');
  return [
    [{ text: truncateMiddle(visible(path), columns), tone: 'strong' }],
    finding === undefined
      ? []
      : [
          { text: '! ', tone: 'waste' },
          { text: truncate(`${visible(finding.title)} › ${fix}`, columns - 2), tone: 'plain' },
        ],
    state.typing || state.choice.filter !== '' ? prompt(state, columns) : [keys(columns)],
  ];
}

function prompt({ typing, choice }: State, columns: number): Line {
  const text = truncateMiddle(visible(choice.filter), columns - 24);
  return typing
    ? [
        plain(`/${text}`),
        { text: ' ', tone: 'chosen' },
        { text: '  enter: look   esc: clear', tone: 'faint' },
      ]
    : [plain(`/${text}`), { text: '   /: change   esc: clear', tone: 'faint' }];
}

const KEYS = [
  'tab pane',
  '␣ open',
  '/ filter',
  's sort',
  'a c r u w show',
  'f findings',
  'l compare',
  'b rights',
  '? help',
  'q quit',
];

/** As many as there is room for; the last two always. */
function keys(columns: number): Line[number] {
  const last = KEYS.slice(-2);
  const shown: string[] = [];
  for (const each of KEYS.slice(0, -2)) {
    if ([...shown, each, ...last].join('  ').length <= columns) shown.push(each);
  }
  return { text: truncate([...shown, ...last].join('  '), columns), tone: 'faint' };
}
