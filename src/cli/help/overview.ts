import type { CommandEntry, CommandGroup } from '../command/index.ts';
import { type Output, pad, styleFor } from '../output/index.ts';

/** The order and titles of the groups of commands. */
export const GROUPS: Readonly<Record<CommandGroup, string>> = {
  image: 'Make it small',
  trust: 'Prove it',
  carry: 'Ship it',
  run: 'Run it there',
  help: 'Help',
};

const NAME_COLUMNS = 12;

/** The page of `sampan --help`. Nothing is loaded for it. */
export function overview(table: readonly CommandEntry[], output: Pick<Output, 'color'>): string {
  const { bold, dim } = styleFor(output);
  const groups = Object.entries(GROUPS).flatMap(([group, title]) => {
    const entries = table.filter(entry => entry.group === group);
    const lines = entries.map(entry => `  ${pad(entry.name, NAME_COLUMNS)}  ${entry.summary}`);
    return lines.length === 0 ? [] : ['', bold(title), ...lines];
  });
  return [
    `${bold('sampan')} takes a container image and gets it running on an edge device.`,
    '',
    `${dim('usage:')} sampan COMMAND [ARGUMENTS] [OPTIONS]`,
    ...groups,
    '',
    'sampan COMMAND --help tells all about a command; sampan --version, which Sampan this is.',
    '',
  ].join('\n');
}
