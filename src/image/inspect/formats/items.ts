import { formatSize } from '../../../core/text/index.ts';
import type { Violation } from '../budget/index.ts';
import type { Finding } from '../finding.ts';
import type { Inspection } from '../types.ts';

/** One thing that a report for machines tells. */
export interface ReportItem {
  /** Stable: what kind it is. */
  readonly id: string;
  readonly title: string;
  readonly level: 'error' | 'warning' | 'note';
  /** All of it, in a few lines. */
  readonly message: string;
  /** Where it comes from: `layer 3: RUN …`. */
  readonly place: string;
  /** Counted from 1, in {@link Report.dockerfile}: where the instruction stands. */
  readonly line?: number;
}

/** The Dockerfile that an image was built from, and where in it an instruction stands. */
export interface BuiltFrom {
  /** A URI, relative to the working directory where it is below that. */
  readonly uri: string;
  lineOf(instruction: string): number | undefined;
}

/** A report for machines: what was looked at, and what is to be said of it. */
export interface Report {
  /** The image, or both of them. */
  readonly subject: string;
  readonly items: readonly ReportItem[];
  /** Of Sampan. */
  readonly version: string;
  /** Its URI, where one is at hand. */
  readonly dockerfile?: string;
}

const LEVELS = { high: 'error', medium: 'warning', low: 'note' } as const;

/** What a report is made of, beside the inspection. */
export interface ReportParts {
  readonly violations: readonly Violation[];
  /** Of Sampan. */
  readonly version: string;
  readonly builtFrom?: BuiltFrom | undefined;
}

/** The findings of an inspection, and what of a budget is broken. */
export function reportOf(inspection: Inspection, { violations, version, builtFrom }: ReportParts): Report {
  const broken = violations
    .filter(({ id }) => !inspection.findings.some(finding => finding.id === id))
    .map(({ id, message }) => ({ id, title: message, level: 'error', message, place: 'the image' }) as const);
  const wanted = new Set(violations.map(({ id }) => id));
  const found = inspection.findings.map(finding => ({
    id: finding.id,
    title: finding.title,
    level: wanted.has(finding.id) ? ('error' as const) : LEVELS[finding.severity],
    message: messageOf(finding),
    place: placeOf(finding),
    ...lineOf(finding, builtFrom),
  }));
  const dockerfile = builtFrom === undefined ? {} : { dockerfile: builtFrom.uri };
  return { subject: inspection.image, items: [...broken, ...found], version, ...dockerfile };
}

function lineOf({ causes }: Finding, builtFrom: BuiltFrom | undefined): Pick<ReportItem, 'line'> {
  for (const { instruction } of causes) {
    const line = instruction === '' ? undefined : builtFrom?.lineOf(instruction);
    if (line !== undefined) return { line };
  }
  return {};
}

function messageOf(finding: Finding): string {
  const saved = finding.bytes === 0 ? '' : `: ${formatSize(finding.bytes)}`;
  return `${finding.title}${saved}\nfix: ${finding.fix}`;
}

function placeOf({ causes }: Finding): string {
  const [first] = causes;
  if (first === undefined || first.layer < 0) return 'the image';
  return `layer ${first.layer + 1}${first.instruction === '' ? '' : `: ${first.instruction.slice(0, 200)}`}`;
}
