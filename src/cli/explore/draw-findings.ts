import type { Finding } from '../../image/inspect/index.ts';
import {
  formatCount,
  formatSize,
  pad,
  truncate,
  truncateMiddle,
  visible,
  visibleLines,
  wrapText,
} from '../output/index.ts';
import { layoutOf } from './layout.ts';
import { countOf, inTone, type Line, plain, type Tone } from './line.ts';
import type { State } from './state.ts';
import type { Size, World } from './world.ts';

/** The findings, and below them all about the one that is chosen. */
export function findingLines(state: State, world: World, size: Size): readonly Line[] {
  const { findings } = world.inspected.inspection;
  const { findings: height } = layoutOf(size, world.layerCount);
  const title: Line = [{ text: `Findings: ${formatCount(findings.length)}`, tone: 'heading' }];
  if (findings.length === 0) return [title, [], [plain('nothing to complain of')]];
  const lines = findings
    .slice(state.findings.top, state.findings.top + height)
    .map((finding, i) => row(finding, state.findings.top + i === state.findings.at));
  const chosen = findings[state.findings.at]!;
  const room = size.rows - lines.length - 4;
  const details = detailsOf(chosen, size.columns).slice(0, room);
  const filler = Array.from({ length: room - details.length }, (): Line => []);
  const keys = 'enter shows its files   ↑↓ choose   esc back   ? help   q quit';
  return [
    title,
    ...lines,
    [],
    ...details,
    ...filler,
    [{ text: truncate(keys, size.columns), tone: 'faint' }],
  ];
}

const TONES: Readonly<Record<Finding['severity'], Tone>> = {
  high: 'removed',
  medium: 'changed',
  low: 'plain',
};

function row(finding: Finding, isChosen: boolean): Line {
  const spans: Line = [
    { text: ` ${pad(saving(finding), 9, 'right')} `, tone: TONES[finding.severity] },
    plain(visible(finding.title)),
    { text: `  ${finding.id}`, tone: 'faint' },
  ];
  return isChosen ? inTone(spans, 'chosen') : spans;
}

function saving({ bytes, updateBytes }: Finding): string {
  return bytes > 0 ? formatSize(bytes) : updateBytes === undefined ? '' : formatSize(updateBytes);
}

function detailsOf(finding: Finding, columns: number): readonly Line[] {
  const { bytes, updateBytes, files, confidence, severity } = finding;
  const update = updateBytes === undefined ? '' : `${formatSize(updateBytes)} less in each update, `;
  const saves = bytes > 0 ? `${formatSize(bytes)} in ${countOf(files)}, ` : '';
  const fix = visibleLines(finding.fix)
    .split('\n')
    .flatMap(text => wrapText(text, columns - 3).map(part => truncate(part, columns - 3)));
  return [
    [{ text: truncate(visible(finding.title), columns), tone: 'strong' }],
    [plain(`${saves}${update}${confidence}, ${severity}`)],
    ...finding.causes
      .filter(cause => cause.layer >= 0)
      .slice(0, 2)
      .map(
        (cause): Line => [
          {
            text: truncate(
              `layer ${cause.layer + 1}${cause.bytes > 0 ? `, ${formatSize(cause.bytes)}` : ''}${cause.instruction === '' ? '' : `: ${visible(cause.instruction)}`}`,
              columns,
            ),
            tone: 'faint',
          },
        ],
      ),
    ...fix.map((text): Line => [{ text: ' › ', tone: 'added' }, plain(text)]),
    ...finding.examples.map(
      (example): Line => [
        {
          text: `${pad(example.bytes > 0 ? formatSize(example.bytes) : '', 9, 'right')} ${truncateMiddle(visible(example.path + (example.note === undefined ? '' : ` (${example.note})`)), columns - 10)}`,
          tone: 'faint',
        },
      ],
    ),
  ];
}
