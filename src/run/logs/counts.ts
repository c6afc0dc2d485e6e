import { LEVELS, type Level } from './level.ts';

/** What was seen of a service, and what became of it. */
export interface ServiceCounts {
  readonly project: string;
  readonly service: string;
  lines: number;
  bytes: number;
  /** By level; `none` for lines that say none. */
  readonly byLevel: Record<Level | 'none', number>;
  /** Lines that were not wanted. */
  filtered: number;
  /** Lines above the rate of the service. */
  limited: number;
  /** Bytes that came faster than they were read. */
  skippedBytes: number;
  /** Bytes of lines that were too long. */
  cutBytes: number;
}

/** Counts from nothing. */
export function newCounts(project: string, service: string): ServiceCounts {
  const byLevel = { none: 0, trace: 0, debug: 0, info: 0, notice: 0, warn: 0, error: 0, fatal: 0 };
  return {
    project,
    service,
    lines: 0,
    bytes: 0,
    byLevel,
    filtered: 0,
    limited: 0,
    skippedBytes: 0,
    cutBytes: 0,
  };
}

/** The counts in Prometheus' text format. */
export function countMetrics(all: Iterable<ServiceCounts>): string {
  const list = [...all];
  const rows = (
    name: string,
    help: string,
    row: (one: ServiceCounts) => readonly (readonly [string, number])[],
  ): string =>
    [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} counter`,
      ...list.flatMap(one =>
        row(one).map(
          ([more, value]) =>
            `${name}{project="${escaped(one.project)}",service="${escaped(one.service)}"${more}} ${value}`,
        ),
      ),
      '',
    ].join('\n');
  if (list.length === 0) return '';
  return [
    rows('sampan_log_lines_total', 'Lines that services printed.', ({ byLevel }) =>
      ([...LEVELS, 'none'] as const)
        .filter(level => byLevel[level] > 0)
        .map(level => [`,level="${level}"`, byLevel[level]]),
    ),
    rows('sampan_log_dropped_lines_total', 'Lines that were not kept, by reason.', one => [
      [',reason="filter"', one.filtered],
      [',reason="rate"', one.limited],
    ]),
    rows('sampan_log_dropped_bytes_total', 'Bytes that were never read or cut off.', one => [
      [',reason="speed"', one.skippedBytes],
      [',reason="length"', one.cutBytes],
    ]),
  ].join('');
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, found => (found === '\n' ? '\\n' : `\\${found}`));
}
