import { junitOf, type Report, sarifOf } from '../../image/inspect/index.ts';
import { choice, flag, text } from '../command/index.ts';
import { type Output, type Schema, writeJson } from '../output/index.ts';

/** Options of all commands that look at images. */
export const LOOKING_OPTIONS = {
  platform: text({ placeholder: 'OS/ARCH', description: 'which image of several, such as linux/arm64' }),
  format: choice({
    values: ['text', 'json', 'markdown', 'junit', 'sarif'],
    default: 'text',
    description: 'how to print it',
  }),
  noCache: flag({ description: 'read every layer again, and remember nothing' }),
} as const;

/** A result in each form that it can be printed in; only the one that is wanted is made. */
export interface Forms {
  readonly schema: Schema;
  json(): object;
  markdown(): string;
  /** For machines that know JUnit or SARIF. */
  report(): Report;
  /** Prints it for people. */
  print(): void;
}

/** Prints a result as it was asked for. */
export function writeAs(
  output: Output,
  { json, format }: { readonly json: boolean; readonly format: string },
  forms: Forms,
): void {
  const form = json ? 'json' : format;
  if (form === 'json') writeJson(output, forms.schema, forms.json());
  else if (form === 'markdown') output.write(forms.markdown());
  else if (form === 'junit') output.write(junitOf(forms.report()));
  else if (form === 'sarif') output.write(sarifOf(forms.report()));
  else forms.print();
}
