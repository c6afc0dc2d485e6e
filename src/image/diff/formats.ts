import { formatSize } from '../../core/text/index.ts';
import { cell, code, markdownTable, type Report, type ReportItem, type Violation } from '../inspect/index.ts';
import type { FileChangeKind, ImageDiff } from './types.ts';

const MOST_ROWS = 20;

/** How many paths changed in each way, and by how many bytes. */
export function countChanges(
  diff: ImageDiff,
): readonly { readonly kind: FileChangeKind; readonly files: number; readonly bytes: number }[] {
  return (['added', 'removed', 'content', 'metadata'] as const).map(kind => {
    const files = diff.files.filter(change => change.kind === kind);
    return {
      kind,
      files: files.length,
      bytes: files.reduce((sum, each) => sum + each.after - each.before, 0),
    };
  });
}

/** A size with its sign: `+12.4 MB`. */
export function formatGrowth(bytes: number): string {
  return bytes > 0 ? `+${formatSize(bytes)}` : bytes < 0 ? `−${formatSize(-bytes)}` : '±0 B';
}

/** A comparison for a pull request. */
export function diffMarkdown(diff: ImageDiff, violations: readonly Violation[]): string {
  const verdict =
    violations.length === 0
      ? ''
      : `**The budget is broken:**\n\n${violations.map(({ message }) => `- ${cell(message)}`).join('\n')}\n\n`;
  const shared = diff.layers.filter(layer => layer.status === 'shared').length;
  return `### ${cell(diff.before.image)} → ${cell(diff.after.image)}

${verdict}${markdownTable(
  ['', ''],
  [
    [
      'size',
      `${formatSize(diff.before.sizeBytes)} → ${formatSize(diff.after.sizeBytes)} (${formatGrowth(diff.growthBytes)})`,
    ],
    ['an update carries', formatSize(diff.updateBytes)],
    ['layers that are shared', String(shared)],
    ...countChanges(diff).map(({ kind, files, bytes }) => [
      `files: ${kind}`,
      `${files} (${formatGrowth(bytes)})`,
    ]),
  ],
)}
${packagesMarkdown(diff)}${configMarkdown(diff)}`;
}

function packagesMarkdown({ packages }: ImageDiff): string {
  if (packages.length === 0) return '';
  const rows = packages
    .slice(0, MOST_ROWS)
    .map(each => [
      cell(`${each.type} ${each.name}`),
      cell(each.before),
      cell(each.after),
      formatGrowth(each.bytesAfter - each.bytesBefore),
    ]);
  const more = packages.length > MOST_ROWS ? `\n… and ${packages.length - MOST_ROWS} more.\n` : '';
  return `${markdownTable(['package', 'before', 'after', 'size'], rows)}${more}\n`;
}

function configMarkdown({ config }: ImageDiff): string {
  if (config.length === 0) return '';
  const rows = config.slice(0, MOST_ROWS).map(each => [cell(each.name), code(each.before), code(each.after)]);
  return markdownTable(['configuration', 'before', 'after'], rows);
}

/** What a report for machines tells of a comparison: packages, configuration, and what of a budget is broken. */
export function diffReport(diff: ImageDiff, violations: readonly Violation[], version: string): Report {
  const items: ReportItem[] = [
    ...violations.map(
      ({ id, message }) => ({ id, title: message, level: 'error', message, place: 'the image' }) as const,
    ),
    ...diff.packages.map(each =>
      item('package', `${each.type} ${each.name}: ${each.before || 'none'} → ${each.after || 'none'}`),
    ),
    ...diff.config.map(each =>
      item('configuration', `${each.name}: ${each.before || 'none'} → ${each.after || 'none'}`),
    ),
  ];
  return { subject: `${diff.before.image} → ${diff.after.image}`, items, version };
}

function item(id: string, title: string): ReportItem {
  return { id: `changed-${id}`, title, level: 'note', message: title, place: 'the image' };
}
