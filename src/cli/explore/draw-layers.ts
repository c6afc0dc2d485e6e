import type { Finding, LayerFigures } from '../../image/inspect/index.ts';
import { formatCount, formatSize, pad, truncate, visible, visibleLines, wrapText } from '../output/index.ts';
import type { Layout } from './layout.ts';
import { countOf, inTone, type Line, plain } from './line.ts';
import type { State } from './state.ts';
import type { World } from './world.ts';

/** The list of layers, and below it what is known of the one that is chosen. */
export function layerLines(state: State, world: World, layout: Layout): readonly Line[] {
  const { layers } = world.inspected.inspection;
  const lines: Line[] = [];
  const last = Math.min(world.layerCount, state.layers.top + layout.layers);
  for (let at = state.layers.top; at < last; at += 1) {
    const layer = layers[at - 1];
    const spans = layer === undefined ? whole(world) : row(layer);
    const isChosen = at === state.layers.at;
    lines.push(isChosen ? inTone(spans, state.pane === 'layers' ? 'chosen' : 'kept') : spans);
  }
  return [...lines, [], ...detailsOf(state, world, layout)];
}

function detailsOf({ choice, layers }: State, world: World, layout: Layout): readonly Line[] {
  const { inspection } = world.inspected;
  const finding = choice.finding === undefined ? undefined : inspection.findings[choice.finding];
  if (finding !== undefined) return findingDetails(finding, layout);
  const layer = inspection.layers[layers.at - 1];
  return layer === undefined ? imageDetails(world, layout) : layerDetails(layer, layout);
}

function whole({ inspected: { inspection } }: World): Line {
  return [plain(`  ∑ ${pad(formatSize(inspection.totals.sizeBytes), 8, 'right')} the whole image`)];
}

function row(layer: LayerFigures): Line {
  const size = formatSize(layer.plainBytes === undefined ? layer.compressedBytes : layer.fileBytes);
  const isWasteful = layer.hiddenBytes > layer.fileBytes / 10 && layer.hiddenBytes > 1e6;
  const text = ` ${pad(shortened(layer), 1)}`;
  return [
    plain(`${pad(String(layer.index + 1), 3, 'right')} ${pad(size, 8, 'right')}`),
    { text: isWasteful ? '!' : ' ', tone: 'waste' },
    { text: text.slice(1), tone: layer.isBase ? 'faint' : 'plain' },
  ];
}

function shortened({ instruction, digest }: LayerFigures): string {
  return visible(instruction === '' ? digest.slice(7, 19) : instruction);
}

function layerDetails(layer: LayerFigures, { left, body, layers }: Layout): readonly Line[] {
  const room = left - 1;
  const figures: Line[] = [
    [{ text: truncate(visible(layer.digest), room), tone: 'faint' }],
    ...(layer.unread === undefined
      ? [
          [
            plain(
              `+${formatCount(layer.added)} ~${formatCount(layer.changed)} −${formatCount(layer.removed)} files${layer.isBase ? ', of the base' : ''}`,
            ),
          ],
          ...storage(layer).map((text): Line => [plain(text)]),
        ]
      : [[{ text: truncate(`not read: ${visible(layer.unread)}`, room), tone: 'removed' as const }]]),
  ];
  const most = Math.max(0, body - layers - 1 - figures.length);
  const wrapped = wrapText(visible(layer.instruction).slice(0, 2000), room);
  const told = wrapped.slice(0, most).map((text): Line => [plain(truncate(text, room))]);
  return [...figures, ...told];
}

function storage({ compressedBytes, plainBytes, hiddenBytes }: LayerFigures): readonly string[] {
  const stored = compressedBytes === plainBytes ? '' : `${formatSize(compressedBytes)} stored`;
  const hidden = hiddenBytes === 0 ? '' : `${formatSize(hiddenBytes)} hidden later`;
  return [stored, hidden].filter(each => each !== '');
}

/** While its files are shown, what to write instead is in sight. */
function findingDetails(finding: Finding, { left, body, layers }: Layout): readonly Line[] {
  const text = `${visible(finding.title)}\n› ${visibleLines(finding.fix).replaceAll('\n', '\n› ')}`;
  const lines = wrapText(text, left - 1).map(
    (part, i): Line => [{ text: truncate(part, left - 1), tone: i === 0 ? 'strong' : 'plain' }],
  );
  return lines.slice(0, Math.max(0, body - layers - 1));
}

function imageDetails({ inspected: { inspection } }: World, { left }: Layout): readonly Line[] {
  const { totals, base, platform } = inspection;
  return [
    base.name === '' ? platform : `${platform}, on ${visible(base.name)}`,
    `${countOf(totals.files)}, ${formatSize(totals.visibleBytes)} seen`,
    `${formatSize(totals.hiddenBytes)} hidden by later layers`,
    `${formatSize(totals.userBytes)} added to the base`,
    `dive counts ${formatSize(totals.wastedBytes)} wasted`,
    ...inspection.notes.map(visible),
  ].flatMap(text => wrapText(text, left - 1).map((part): Line => [plain(truncate(part, left - 1))]));
}
