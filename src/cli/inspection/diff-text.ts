import { countChanges, formatGrowth, type ImageDiff } from '../../image/diff/index.ts';
import type { Violation } from '../../image/inspect/index.ts';
import {
  type Column,
  formatCount,
  formatSize,
  formatTable,
  type Output,
  styleFor,
  visible,
} from '../output/index.ts';

const MOST_ROWS = 20;

/** Prints a comparison for people. */
export function printDiff(
  output: Output,
  diff: ImageDiff,
  options: { readonly violations: readonly Violation[]; readonly all: boolean },
): void {
  const { bold, dim, red } = styleFor(output);
  const most = options.all ? Number.POSITIVE_INFINITY : MOST_ROWS;
  output.write(`${bold(visible(diff.before.image))} → ${bold(visible(diff.after.image))}\n\n`);
  output.write(formatTable(FIGURE_COLUMNS, figures(diff), output));
  for (const [title, columns, rows] of sections(diff)) {
    if (rows.length === 0) continue;
    output.write(`\n${bold(title)}\n${formatTable(columns, rows.slice(0, most), output)}`);
    if (rows.length > most)
      output.write(dim(`… and ${formatCount(rows.length - most)} more; --all shows them\n`));
  }
  if (diff.onlyTimes > 0)
    output.write(dim(`${formatCount(diff.onlyTimes)} paths differ in their times only\n`));
  for (const { message } of options.violations) output.write(`${red('✗')} ${visible(message)}\n`);
}

type Section = readonly [title: string, columns: readonly Column[], rows: readonly (readonly string[])[]];

function sections(diff: ImageDiff): readonly Section[] {
  const files = diff.files.toSorted((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before));
  return [
    ['layers', LAYER_COLUMNS, diff.layers.map(layerRow)],
    ['configuration', CHANGE_COLUMNS, diff.config.map(each => [each.name, each.before, each.after])],
    [
      'packages',
      [...CHANGE_COLUMNS, { title: 'SIZE', align: 'right' }],
      diff.packages.map(each => [
        `${each.type} ${each.name}`,
        each.before,
        each.after,
        formatGrowth(each.bytesAfter - each.bytesBefore),
      ]),
    ],
    [
      'files',
      FILE_COLUMNS,
      files.map(each => [
        MARKS[each.kind],
        each.path,
        formatGrowth(each.after - each.before),
        each.note ?? '',
      ]),
    ],
  ];
}

const CHANGE_COLUMNS: readonly Column[] = [
  { title: '', shrink: 'text' },
  { title: 'BEFORE', shrink: 'text' },
  { title: 'AFTER', shrink: 'text' },
];
const FILE_COLUMNS: readonly Column[] = [
  { title: '' },
  { title: '', shrink: 'path' },
  { title: 'SIZE', align: 'right' },
  { title: '', shrink: 'text' },
];
const FIGURE_COLUMNS = [{ title: '' }, { title: '', align: 'right' }, { title: '' }] as const;
const LAYER_COLUMNS = [
  { title: '' },
  { title: 'SIZE', align: 'right' },
  { title: 'INSTRUCTION', shrink: 'text' },
] as const;
const MARKS = { added: '+', removed: '−', content: '~', metadata: 'm' } as const;

function figures(diff: ImageDiff): string[][] {
  const sizes = `${formatSize(diff.before.sizeBytes)} → ${formatSize(diff.after.sizeBytes)}`;
  return [
    ['size', formatGrowth(diff.growthBytes), sizes],
    ['an update carries', formatSize(diff.updateBytes), 'layers that are not shared, as they are stored'],
    ...countChanges(diff).map(({ kind, files, bytes }) => [
      `files: ${kind}`,
      formatCount(files),
      formatGrowth(bytes),
    ]),
  ];
}

function layerRow(layer: ImageDiff['layers'][number]): string[] {
  const marks = { shared: '=', added: '+', removed: '−' } as const;
  const name = layer.instruction === '' ? (layer.diffId ?? '').slice(0, 19) : layer.instruction;
  return [marks[layer.status], formatSize(layer.compressedBytes), name];
}
