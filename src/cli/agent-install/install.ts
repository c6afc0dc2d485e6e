import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { bytesContent, contentStream, makeDirectories, writeAtomically } from '../../core/bytes/index.ts';
import { systemdUnit } from '../../run/agent/index.ts';
import { composeFiles } from '../compose/index.ts';
import type { Context } from '../context/index.ts';

const UNIT = '/etc/systemd/system/sampan-agent.service';
const STATE = '/var/lib';
/** The agent mostly waits: compiled code, and the compiler itself, would take more memory than they save time. */
const LEAN = ['--lite-mode', '--max-semi-space-size=1'];

/** Node takes the types from sources with WebAssembly, which lean mode switches off. */
function programOf(script: string | undefined): readonly string[] {
  if (script === undefined) return [process.execPath, ...LEAN];
  return [process.execPath, ...(script.endsWith('.ts') ? [] : LEAN), script];
}

/** What `sampan agent install` is told. */
export interface InstallValues {
  readonly settings: string | undefined;
  readonly file: readonly string[];
  readonly print: boolean;
}

/** Writes the settings, if there are none, and a systemd unit. */
export async function install(context: Context, values: InstallValues): Promise<void> {
  const settings =
    values.settings === undefined ? '/etc/sampan/agent.yaml' : resolve(context.cwd, values.settings);
  const files = composeFiles(context, values.file);
  const unit = systemdUnit({
    command: programOf(process.argv[1]),
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
modules: [apply, devices, health, http, logs, monitor]
`;
}
