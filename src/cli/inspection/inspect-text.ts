import type { Finding, Inspection, Violation } from '../../image/inspect/index.ts';
import {
  formatCount,
  formatPercent,
  formatSize,
  formatTable,
  type Output,
  styleFor,
  truncate,
  visible,
  visibleLines,
  wrapText,
} from '../output/index.ts';

const MOST_FINDINGS = 10;

/** Prints an inspection for people: figures, layers, findings with their fixes. */
export function printInspection(
  output: Output,
  inspection: Inspection,
  options: { readonly violations: readonly Violation[]; readonly all: boolean },
): void {
  const { bold, dim, red, green } = styleFor(output);
  const { totals, base } = inspection;
  output.write(`${bold(visible(inspection.image))}  ${dim(inspection.platform)}\n`);
  if (base.name !== '') output.write(dim(`on ${visible(base.name)}, ${formatSize(base.bytes)}\n`));
  output.write(`\n${formatTable(FIGURE_COLUMNS, figures(inspection), output)}\n`);
  output.write(formatTable(LAYER_COLUMNS, layerRows(inspection), output));
  for (const note of inspection.notes) output.write(dim(`${visible(note)}\n`));
  const shown = options.all ? inspection.findings : inspection.findings.slice(0, MOST_FINDINGS);
  for (const [i, finding] of shown.entries()) printFinding(output, finding, i + 1);
  const left = inspection.findings.length - shown.length;
  if (left > 0) output.write(dim(`\n… and ${left} more; --all shows them\n`));
  if (inspection.findings.length === 0) output.write(green('\nnothing to complain of\n'));
  for (const { message } of options.violations) output.write(`${red('✗')} ${visible(message)}\n`);
  if (totals.reclaimableBytes > 0) {
    const share = formatPercent(Math.min(1, totals.reclaimableBytes / Math.max(1, totals.sizeBytes)));
    output.write(
      `\n${bold(formatSize(totals.reclaimableBytes))} of ${formatSize(totals.sizeBytes)} could go (${share})\n`,
    );
  }
}

const FIGURE_COLUMNS = [{ title: '' }, { title: '', align: 'right' }, { title: '' }] as const;

function figures({ totals, layers }: Inspection): string[][] {
  const stored = totals.compressionRatio < 0.99 ? `${formatSize(totals.storedBytes)} compressed` : '';
  return [
    ['size', formatSize(totals.sizeBytes), stored],
    [
      'seen by a container',
      formatSize(totals.visibleBytes),
      `${formatCount(totals.files)} ${totals.files === 1 ? 'file' : 'files'} in ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}`,
    ],
    ['added to the base', formatSize(totals.userBytes), ''],
    ['hidden by later layers', formatSize(totals.hiddenBytes), ''],
    [
      'efficiency',
      `${(totals.efficiency * 100).toFixed(2)} %`,
      `dive counts ${formatSize(totals.wastedBytes)} as wasted`,
    ],
  ];
}

const LAYER_COLUMNS = [
  { title: 'LAYER', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'HIDDEN', align: 'right' },
  { title: 'FILES' },
  { title: 'INSTRUCTION', shrink: 'text' },
] as const;

function layerRows({ layers }: Inspection): string[][] {
  return layers.map(layer => [
    String(layer.index + 1),
    formatSize(layer.plainBytes === undefined ? layer.compressedBytes : layer.fileBytes),
    layer.hiddenBytes === 0 ? '' : formatSize(layer.hiddenBytes),
    layer.unread === undefined ? changes(layer) : 'not read',
    layer.instruction === '' ? layer.digest.slice(0, 19) : layer.instruction,
  ]);
}

function changes({ added, changed, removed }: Inspection['layers'][number]): string {
  return [
    added > 0 ? `+${formatCount(added)}` : '',
    changed > 0 ? `~${formatCount(changed)}` : '',
    removed > 0 ? `−${formatCount(removed)}` : '',
  ]
    .filter(each => each !== '')
    .join(' ');
}

const MARKS = { high: '●', medium: '●', low: '○' } as const;

function printFinding(output: Output, finding: Finding, place: number): void {
  const { bold, dim, red, yellow, cyan } = styleFor(output);
  const colored = { high: red, medium: yellow, low: dim }[finding.severity];
  const saves =
    finding.bytes > 0
      ? formatSize(finding.bytes)
      : finding.updateBytes === undefined
        ? ''
        : `${formatSize(finding.updateBytes)} each update`;
  output.write(
    `\n${colored(MARKS[finding.severity])} ${place}. ${bold(visible(finding.title))}${saves === '' ? '' : `  ${bold(saves)}`}  ${dim(`${finding.id}, ${finding.confidence}`)}\n`,
  );
  for (const cause of finding.causes.slice(0, 3)) {
    if (cause.layer < 0) continue;
    const size = cause.bytes > 0 ? `${formatSize(cause.bytes)}, ` : '';
    const line = `   ${size}layer ${cause.layer + 1}${cause.instruction === '' ? '' : `: ${visible(cause.instruction)}`}`;
    output.write(`${dim(output.isTerminal ? truncate(line, output.columns) : line)}\n`);
  }
  if (finding.bytes === 0 && finding.examples.length > 0) output.write(dim(`${examples(finding)}\n`));
  for (const line of visibleLines(finding.fix).split('\n')) {
    const wrapped = output.isTerminal ? wrapText(line, output.columns - 6) : [line];
    for (const part of [wrapped].flat()) output.write(`   ${cyan('›')} ${part}\n`);
  }
}

function examples({ examples: all }: Finding): string {
  return all
    .slice(0, 5)
    .map(({ path, note }) => `   ${visible(path)}${note === undefined ? '' : ` (${visible(note)})`}`)
    .join('\n');
}
