import type { ExecResult } from '../../core/engine/index.ts';
import type { RunRecord } from './types.ts';

const SAID_LINES = 3;
const MAX_CHARACTERS = 1000;

/**
 * What a failed run gave for a reason, to follow a sentence about it: what its health check and it itself printed
 * last, and what the run could not be given. Empty when there is nothing.
 */
export function reasonsOf({ output, health, warnings }: RunRecord): string {
  const said = quoted(output.stderr || output.stdout);
  const reasons = [
    ...(health === undefined
      ? []
      : [`its health check ${endOf(health)}${quoted(health.stdout + health.stderr)}`]),
    ...(said === '' ? [] : [`it said${said}`]),
    ...warnings,
  ];
  // What follows a quotation begins a line of its own.
  return reasons.reduce((text, reason) => `${text}${text.includes('\n') ? '\n' : '; '}${reason}`, '');
}

function endOf({ code, timedOut }: ExecResult): string {
  return timedOut ? 'did not end in time' : `ended with status ${code}`;
}

function quoted(printed: string): string {
  const lines = printed.trim().split('\n').slice(-SAID_LINES).join('\n  ');
  return lines === '' ? '' : `:\n  ${lines.slice(-MAX_CHARACTERS)}`;
}
