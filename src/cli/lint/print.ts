import { visible } from '../../core/text/index.ts';
import type { FileReport, Finding, Severity } from '../../image/lint/index.ts';
import { formatCount, type Output, styleFor, visibleLines, wrapText } from '../output/index.ts';

/** How many findings of each severity there are. */
export type Counts = Readonly<Record<Severity, number>>;

/** Counts the findings of some files. */
export function countFindings(reports: readonly FileReport[]): Counts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { findings } of reports) for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** Findings for people: file by file, by their places. */
export function printFindings(output: Output, reports: readonly FileReport[]): void {
  const { bold, dim } = styleFor(output);
  for (const { path, findings, isCut } of reports) {
    if (findings.length === 0) continue;
    output.write(`${bold(visible(path))}\n`);
    const width = findings.reduce((widest, finding) => Math.max(widest, placeOf(finding).length), 0);
    for (const finding of findings) output.write(lineOf(output, finding, width));
    if (isCut) output.write(dim('  … and more, which is not told\n'));
    output.write('\n');
  }
}

function placeOf({ start }: Finding): string {
  return `${start.line}:${start.column}`;
}

function lineOf(output: Output, finding: Finding, width: number): string {
  const { dim, red, yellow, cyan } = styleFor(output);
  const paint = { error: red, warning: yellow, info: cyan }[finding.severity];
  const place = placeOf(finding).padStart(width);
  const indent = width + 4 + 'warning'.length + 2;
  const columns = output.isTerminal ? Math.max(40, output.columns) - indent : Number.MAX_SAFE_INTEGER;
  const note = finding.edits === undefined ? '' : ' [--fix]';
  const lines = output.isTerminal ? wrapText(finding.message, columns) : [finding.message];
  const text = lines.join(`\n${' '.repeat(indent)}`);
  return `  ${place}  ${paint(finding.severity.padEnd('warning'.length))}  ${text} ${dim(`(${finding.rule})${note}`)}\n`;
}

/** One line about all files: `2 errors, 1 warning in 3 files; 1 can be mended by --fix`. */
export function summaryOf(reports: readonly FileReport[]): string {
  const { error, warning, info } = countFindings(reports);
  const parts = [
    plural(error, 'error'),
    plural(warning, 'warning'),
    info === 0 ? '' : `${formatCount(info)} info`,
  ];
  const said = parts.filter(part => part !== '').join(', ');
  const fixable = reports
    .flatMap(({ findings }) => findings)
    .filter(({ edits }) => edits !== undefined).length;
  const files = plural(reports.length, 'file');
  const mend = fixable === 0 ? '' : `; ${formatCount(fixable)} can be mended by --fix`;
  return `${said === '' ? 'nothing found' : said} in ${files === '' ? 'no file' : files}${mend}`;
}

function plural(count: number, word: string): string {
  return count === 0 ? '' : `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** A unified diff, coloured where colours are welcome. */
export function printDiff(output: Output, diff: string): void {
  const { bold, red, green, cyan } = styleFor(output);
  for (const line of diff.split('\n').slice(0, -1)) {
    const safe = visibleLines(line.replace(/\r$/, ''));
    if (/^(?:---|\+\+\+) /.test(line)) output.write(`${bold(safe)}\n`);
    else if (line.startsWith('@@')) output.write(`${cyan(safe)}\n`);
    else if (line.startsWith('-')) output.write(`${red(safe)}\n`);
    else output.write(`${line.startsWith('+') ? green(safe) : safe}\n`);
  }
}
