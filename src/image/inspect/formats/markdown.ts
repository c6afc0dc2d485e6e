import { formatCount, formatPercent, formatSize, visible } from '../../../core/text/index.ts';
import type { Violation } from '../budget/index.ts';
import type { Inspection } from '../types.ts';

const MOST_FINDINGS = 12;

/** An inspection for a pull request: the figures, the budget, the findings with their fixes. */
export function markdownOf(inspection: Inspection, violations: readonly Violation[]): string {
  const { totals, layers } = inspection;
  const verdict =
    violations.length === 0
      ? ''
      : `\n**The budget is broken:**\n\n${violations.map(({ message }) => `- ${cell(message)}`).join('\n')}\n`;
  return `### ${cell(inspection.image)}
${verdict}
${markdownTable(
  ['', ''],
  [
    ['size', formatSize(totals.sizeBytes)],
    ['stored', formatSize(totals.storedBytes)],
    ['files', formatCount(totals.files)],
    ['layers', String(layers.length)],
    [
      'could go',
      `${formatSize(totals.reclaimableBytes)} (${formatPercent(share(totals.reclaimableBytes, totals.sizeBytes))})`,
    ],
    ['efficiency', `${(totals.efficiency * 100).toFixed(2)} %`],
    ['hidden by later layers', formatSize(totals.hiddenBytes)],
  ],
)}
${findingsOf(inspection)}`;
}

function findingsOf({ findings }: Inspection): string {
  if (findings.length === 0) return 'Nothing was found.\n';
  const rows = findings.slice(0, MOST_FINDINGS).map(finding => {
    const [cause] = finding.causes;
    const where =
      cause === undefined || cause.layer < 0
        ? ''
        : `layer ${cause.layer + 1}${cause.instruction === '' ? '' : `: ${code(cause.instruction.slice(0, 120))}`}`;
    return [formatSize(finding.bytes), cell(finding.title), where, code(finding.fix.replaceAll('\n', '; '))];
  });
  const more = findings.length > MOST_FINDINGS ? `\n… and ${findings.length - MOST_FINDINGS} more.\n` : '';
  return `${markdownTable(['saves', 'finding', 'cause', 'fix'], rows)}${more}`;
}

/** A share of 0 to 1, also of nothing. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole);
}

/** A table; cells are Markdown already. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return `${line(titles)}${line(titles.map(() => '---'))}${rows.map(line).join('')}`;
}

/** Text from anywhere, inert in a table of Markdown. */
export function cell(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]<>|~#!@]/g, '\\$&')
    .replace(/\s+/g, ' ');
}

/** Text from anywhere as code in a table. */
export function code(text: string): string {
  const inert = visible(text).replaceAll('|', '\\|');
  if (inert === '') return '';
  const ticks = '`'.repeat(Math.max(0, ...Array.from(inert.matchAll(/`+/g), ([run]) => run.length)) + 1);
  const gap = inert.includes('`') ? ' ' : '';
  return `${ticks}${gap}${inert}${gap}${ticks}`;
}
