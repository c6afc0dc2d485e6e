import { resolve } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import { readSettings, runHere, settingsPath } from '../agent/index.ts';
import { defineCommand, file, flag, list, optional, text } from '../command/index.ts';

/** `sampan agent`. */
export const agentCommand = defineCommand({
  description:
    'Keeps what runs on this device as its Compose files say, day and night: after crashes, reboots, lost networks and engines that come back. It restarts what is unhealthy, watches containers and the device, and writes almost nothing to the flash.\n\nrun keeps on in the foreground; install writes its settings and a systemd unit; build writes an agent of its own with only the modules that are named, as one executable and as an image of almost nothing else. The settings are a YAML file with projects, modules and policy, see docs/agent.md.',
  arguments: {
    verb: optional({ description: 'run (what it does unless told), install, or build', complete: 'nothing' }),
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
    modules: text({
      placeholder: 'NAME,…',
      description: 'build: the modules that it has; all unless told',
    }),
    platform: text({
      placeholder: 'OS/ARCH',
      description: 'build: linux/amd64 or linux/arm64; that of this machine unless told',
    }),
    output: file({ short: 'o', description: 'build: the executable; sampan-agent unless told' }),
    image: text({
      placeholder: 'NAME',
      description: 'build: also an image of this name, into the store',
    }),
    root: file({
      placeholder: 'DIR',
      description: 'build: where the libraries of the platform are, for the image; / unless told',
    }),
    node: file({ description: 'build: the node of the platform; found or fetched with npm unless told' }),
    print: flag({ description: 'install: print what would be written' }),
    json: flag({ description: 'run: events as JSON lines' }),
  },
  examples: [
    { line: 'agent install -f /srv/site/compose.yaml', explanation: 'keep this project from now on' },
    {
      line: 'agent build --modules apply,monitor --platform linux/arm64',
      explanation: 'an executable for a small device',
    },
    { line: 'agent run', explanation: 'in the foreground' },
  ],
  async run(context, { verb = 'run', ...values }) {
    if (verb === 'run') {
      const path =
        values.settings === undefined ? settingsPath(context) : resolve(context.cwd, values.settings);
      return await runHere(context, readSettings(path), values);
    }
    if (verb === 'install') {
      const { install } = await import('../agent-install/index.ts');
      return await install(context, values);
    }
    if (verb === 'build') {
      const { buildHere } = await import('../agent-build/index.ts');
      return await buildHere(context, values);
    }
    throw new SampanError('usage', `agent ${verb} is not known`, { remedy: 'run, install or build' });
  },
});
