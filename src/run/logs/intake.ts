import { newCounts, type ServiceCounts } from './counts.ts';
import { passes } from './filter.ts';
import { levelOf } from './level.ts';
import { type Joiner, joiner, type Pending } from './multiline.ts';
import { rateLimit } from './rate.ts';
import type { LogRecord } from './record.ts';
import type { ServiceRules } from './settings.ts';

/** A container whose lines come in. */
export interface LogOrigin {
  readonly project: string;
  readonly service: string;
  readonly container: string;
}

/** A line as it comes in. */
export interface IncomingLine {
  readonly timeMs: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  readonly cutBytes: number;
}

/** Judges the lines of one container: counts, limits, joins and filters them. */
export interface Intake {
  readonly counts: ServiceCounts;
  /** Whether one more line is welcome: what is not need not be read. */
  welcomes(nowMs: number): boolean;
  /** Takes a line that is welcome. */
  take(line: IncomingLine, nowMs: number): void;
  /** Passes on what waited long enough for more lines; all of it at the end. */
  settle(nowMs: number): void;
}

/** Makes the intake of a container; the counts are those of its service. */
export function openIntake(
  origin: LogOrigin,
  rules: ServiceRules,
  to: { readonly counts?: ServiceCounts; readonly pass: (record: Omit<LogRecord, 'id'>) => void },
): Intake {
  const counts = to.counts ?? newCounts(origin.project, origin.service);
  const rate = rateLimit(rules.ratePerSecond);
  const joiners: Readonly<Record<IncomingLine['stream'], Joiner<IncomingLine>>> = {
    stdout: joiner(rules.multiline),
    stderr: joiner(rules.multiline),
  };
  const judge = (pending: Pending<IncomingLine> | undefined): void => {
    if (pending === undefined) return;
    const { first, lines } = pending;
    const text = lines.length === 1 ? first.text : lines.join('\n');
    const level = levelOf(first.text);
    counts.byLevel[level ?? 'none'] += lines.length;
    if (passes(rules.filter, level, text))
      to.pass({ timeMs: first.timeMs, ...origin, stream: first.stream, level, text });
    else counts.filtered += lines.length;
  };
  return {
    counts,
    welcomes: nowMs => {
      counts.lines++;
      if (rate.take(nowMs)) return true;
      counts.limited++;
      return false;
    },
    take: (line, nowMs) => {
      counts.bytes += line.text.length;
      counts.cutBytes += line.cutBytes;
      judge(joiners[line.stream].push(line, line.text, nowMs));
    },
    settle: nowMs => {
      for (const one of Object.values(joiners)) judge(one.due(nowMs));
    },
  };
}
