import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { bytesContent, contentStream, makeDirectories, writeAtomically } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { systemdUnit } from '../../run/agent/index.ts';
import { readSettings, runHere, settingsPath } from '../agent/index.ts';
import { defineCommand, file, flag, list, optional } from '../command/index.ts';
import { composeFiles } from '../compose/index.ts';
import type { Context } from '../context/index.ts';

const UNIT = '/etc/systemd/system/sampan-agent.service';
const STATE = '/var/lib';

/** `sampan agent`. */
export const agentCommand = defineCommand({
  description:
    'Keeps what runs on this device as its Compose files say, day and night: after crashes, reboots, lost networks and engines that come back. It restarts what is unhealthy, watches containers and the device, and writes almost nothing to the flash.\n\nrun keeps on in the foreground; install writes its settings and a systemd unit. The settings are a YAML file with projects, modules and policy, see docs/agent.md.',
  arguments: {
    verb: optional({ description: 'run (what it does unless told), or install', complete: 'nothing' }),
  },
  options: {
    settings: file({
      description: 'the settings; ~/.config/sampan/agent.yaml or /etc/sampan/agent.yaml unless told',
    }),
    file: list({
      short: 'f',
      placeholder: 'FILE',
      complete: 'files',
      description: 'install: the Compose files of the project to keep',
    }),
    print: flag({ description: 'install: print what would be written' }),
    json: flag({ description: 'run: events as JSON lines' }),
  },
  examples: [
    { line: 'agent install -f /srv/site/compose.yaml', explanation: 'keep this project from now on' },
    { line: 'agent run', explanation: 'in the foreground' },
  ],
  async run(context, { verb = 'run', ...values }) {
    if (verb === 'run') {
      const path =
        values.settings === undefined ? settingsPath(context) : resolve(context.cwd, values.settings);
      return await runHere(context, readSettings(path), values);
    }
    if (verb === 'install') return await install(context, values);
    throw new SampanError('usage', `agent ${verb} is not known`, { remedy: 'run or install' });
  },
});

interface InstallValues {
  readonly settings: string | undefined;
  readonly file: readonly string[];
  readonly print: boolean;
}

async function install(context: Context, values: InstallValues): Promise<void> {
  const settings =
    values.settings === undefined ? '/etc/sampan/agent.yaml' : resolve(context.cwd, values.settings);
  const files = composeFiles(context, values.file);
  const unit = systemdUnit({
    command: [process.execPath, ...(process.argv[1] === undefined ? [] : [process.argv[1]])],
    settingsPath: settings,
    stateDirectory: STATE,
    engineUnit: context.env.DOCKER_HOST?.includes('podman') === true ? 'podman.socket' : 'docker.service',
  });
  const written: readonly (readonly [string, string])[] = [
    ...(existsSync(settings) ? [] : [[settings, settingsText(files)] as const]),
    [UNIT, unit],
  ];
  for (const [path, text] of written) {
    if (values.print) context.stdout.write(`# ${path}\n${text}\n`);
    else {
      makeDirectories(dirname(path), { mode: 0o755 });
      await writeAtomically(path, contentStream(bytesContent(Buffer.from(text))));
      context.stdout.write(`${path}\n`);
    }
  }
  if (values.print) return;
  if (written.length === 1) context.stderr.write(`${settings} was there and is as it was\n`);
  context.stderr.write('start it: systemctl daemon-reload && systemctl enable --now sampan-agent\n');
}

function settingsText(files: readonly string[]): string {
  const list = files.map(path => `      - ${JSON.stringify(path)}`).join('\n');
  return `# What the agent keeps, and which of its modules run; see docs/agent.md.
projects:
  - file:
${list}
modules: [apply, health, monitor]
`;
}
