import type { Output } from './port.ts';

/** Ways to set text apart; each is the identity where colours are not welcome. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** The style for an output (ECMA-48, "SGR"). */
export function styleFor(output: Pick<Output, 'color'>): Style {
  const sgr = (on: number, off: number) => (text: string) =>
    output.color && text !== '' ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    red: sgr(31, 39),
    green: sgr(32, 39),
    yellow: sgr(33, 39),
    cyan: sgr(36, 39),
  };
}
