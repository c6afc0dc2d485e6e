import { resolve } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import { readSettings, runHere, settingsPath } from '../agent/index.ts';
import { type CommandEntry, defineCommand, file, flag, optional } from '../command/index.ts';

/** `agent run` of an executable that is nothing else. */
const runCommand = defineCommand({
  description: 'Keeps what runs on this device as its Compose files say. See docs/agent.md.',
  arguments: { verb: optional({ description: 'run', complete: 'nothing' }) },
  options: {
    settings: file({
      description: 'the settings; ~/.config/sampan/agent.yaml or /etc/sampan/agent.yaml unless told',
    }),
    json: flag({ description: 'events as JSON lines' }),
  },
  examples: [{ line: 'agent run', explanation: 'in the foreground' }],
  async run(context, { verb = 'run', settings, json }) {
    if (verb !== 'run')
      throw new SampanError('unsupported', `this executable was built without agent ${verb}`, {
        remedy: 'it has agent run',
      });
    const path = settings === undefined ? settingsPath(context) : resolve(context.cwd, settings);
    await runHere(context, readSettings(path), { json });
  },
});

/** The commands of an executable that `sampan agent build` makes. */
export const AGENT_COMMANDS: readonly CommandEntry[] = [
  {
    name: 'agent',
    summary: 'keeps Compose files true on this device, day and night',
    group: 'run',
    load: async () => runCommand,
  },
];
