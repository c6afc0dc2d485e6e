import { type Command, type CommandEntry, defineCommand, optional } from '../command/index.ts';
import { findCommand, overview, pageOf, terminalPage } from '../help/index.ts';

/** `sampan help [COMMAND]`. */
export function helpCommand(table: readonly CommandEntry[]): Command {
  return defineCommand({
    description: 'Without a command, it lists them all.',
    arguments: {
      command: optional({ description: 'the command to explain', complete: 'nothing' }),
    },
    options: {},
    examples: [{ line: 'help version', explanation: 'the same as sampan version --help' }],
    async run(context, { command }) {
      if (command === undefined) {
        context.stdout.write(overview(table, context.stdout));
        return;
      }
      const { name, summary, load } = findCommand(table, command);
      context.stdout.write(terminalPage(pageOf(name, summary, await load()), context.stdout));
    },
  });
}
