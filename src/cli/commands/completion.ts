import { SampanError } from '../../core/errors/index.ts';
import { type Command, type CommandEntry, defineCommand, required } from '../command/index.ts';
import { completionScript, SHELLS } from '../help/index.ts';

/** `sampan completion SHELL`. */
export function completionCommand(table: readonly CommandEntry[]): Command {
  return defineCommand({
    description: `Put the script where your shell looks for completions, or source it when the shell starts.
      Commands, options and the values of options are completed; paths too.`,
    arguments: {
      shell: required({ description: 'bash, zsh or fish', complete: 'nothing' }),
    },
    options: {},
    examples: [
      { line: 'completion bash > /etc/bash_completion.d/sampan', explanation: 'for everyone who uses bash' },
      { line: 'completion fish | source', explanation: 'for this fish only' },
    ],
    async run(context, { shell }) {
      const known = SHELLS.find(name => name === shell);
      if (known === undefined) {
        throw new SampanError('usage', `unknown shell ${shell}`, {
          remedy: `choose one of ${SHELLS.join(', ')}`,
        });
      }
      context.stdout.write(await completionScript(known, table));
    },
  });
}
