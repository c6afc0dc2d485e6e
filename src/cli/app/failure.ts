import { type ErrorCode, isSampanError, SampanError } from '../../core/errors/index.ts';
import { type Output, styleFor, visibleLines } from '../output/index.ts';

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = { usage: 2, unproven: 3, cancelled: 130 };

/** The exit status for an error: 2 bad usage, 3 a gate or proof said no, 130 interrupted, 1 everything else. */
export function exitStatus(error: unknown): number {
  return isSampanError(error) ? (STATUS[error.code] ?? 1) : 1;
}

const MAX_CAUSES = 20;
const REPORT =
  'this is a bug in Sampan: please report it, with the command and what sampan version and --verbose print';

/** Tells a person what went wrong and what to do; causes, and the stack of a bug, only with `verbose`. */
export function reportFailure(error: unknown, output: Output, { verbose }: { verbose: boolean }): void {
  const { bold, dim, red } = styleFor(output);
  const isBug = !isSampanError(error) || error.code === 'internal';
  const message = visibleLines(messageOf(error)).replaceAll('\n', '\n  ');
  const remedy = isSampanError(error) ? error.remedy : undefined;
  output.write(`${bold(red('sampan:'))} ${message}\n`);
  if (remedy !== undefined) output.write(`  ${visibleLines(remedy)}\n`);
  if (isBug) output.write(`  ${REPORT}\n`);
  if (!verbose) return;
  for (const cause of causesOf(error)) output.write(dim(`  because: ${visibleLines(messageOf(cause))}\n`));
  if (isBug) output.write(dim(`${visibleLines(stackOf(error))}\n`));
}

function messageOf(error: unknown): string {
  if (error instanceof SampanError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  let at = error instanceof Error ? error.cause : undefined;
  // A cause may lead back to itself.
  while (at !== undefined && causes.length < MAX_CAUSES) {
    causes.push(at);
    at = at instanceof Error ? at.cause : undefined;
  }
  return causes;
}

function stackOf(error: unknown): string {
  let deepest = error;
  for (const cause of causesOf(error)) if (cause instanceof Error) deepest = cause;
  return deepest instanceof Error ? (deepest.stack ?? '') : '';
}
