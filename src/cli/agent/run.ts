import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../core/bytes/index.ts';
import { connectDocker, findSocket } from '../../core/docker/index.ts';
import { SampanError, wrap } from '../../core/errors/index.ts';
import { type AgentSettings, parseAgentSettings, runAgent } from '../../run/agent/index.ts';
import type { AgentEvent } from '../../run/module/index.ts';
import type { Context } from '../context/index.ts';
import { placesOf } from '../places/index.ts';
import { loadModule } from './modules.ts';

/** The file that is read when none is named. */
export function settingsPath({ env, home }: Pick<Context, 'env' | 'home'>): string {
  const own = join(env.XDG_CONFIG_HOME || join(home, '.config'), 'sampan', 'agent.yaml');
  return existsSync(own) ? own : '/etc/sampan/agent.yaml';
}

/** Reads the settings of the agent. @throws SampanError `usage`, `not-found` with how to make them. */
export function readSettings(path: string): AgentSettings {
  if (!existsSync(path))
    throw new SampanError('not-found', `there is no ${path}`, {
      remedy: 'write it with sampan agent install -f compose.yaml, or name another with --settings',
    });
  return parseAgentSettings(path, readSmall(path));
}

const MAX_BYTES = 1 << 20;

function readSmall(path: string): string {
  try {
    if (statSync(path).size > MAX_BYTES)
      throw new SampanError('limit', `${path} has more than ${MAX_BYTES} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw wrap(`reading ${path}`, error);
  }
}

/** Runs the agent until it is told to end. */
export async function runHere(
  context: Context,
  settings: AgentSettings,
  options: { readonly json: boolean },
): Promise<void> {
  const { env, signal } = context;
  const search = { host: env.DOCKER_HOST, runtimeDirectory: env.XDG_RUNTIME_DIR };
  const modules = await Promise.all(
    [...settings.modules].map(async ([name, own]) => ({
      module: await loadModule(name, context, settings.policy),
      settings: own,
    })),
  );
  const started = performance.now();
  await runAgent({
    modules,
    projects: settings.projects,
    directory: join(placesOf(context).data, 'agent'),
    lockPath: lockPath(context, search),
    connect: async () => await connectDocker(search),
    now: context.now,
    monotonic: () => performance.now(),
    signal,
    ready: ({ bus, modules: running }) => {
      const print = (event: AgentEvent): void =>
        context.stderr.write(options.json ? `${JSON.stringify(event)}\n` : `${lineOf(event)}\n`);
      for (const event of bus.recent()) print(event);
      bus.hear(print);
      const text = `the agent runs: ${[...running().keys()].join(', ')}`;
      bus.tell({
        from: 'agent',
        kind: 'agent.ready',
        severity: 'info',
        text,
        data: { readyMs: Math.round(performance.now() - started) },
      });
    },
  });
}

/** One agent for an engine: the lock is named after the engine's socket. */
function lockPath({ env }: Context, search: Parameters<typeof findSocket>[0]): string {
  const directory = process.getuid?.() === 0 ? '/run/sampan' : join(env.XDG_RUNTIME_DIR ?? '/tmp', 'sampan');
  let socket = 'none';
  try {
    socket = realpathSync(findSocket(search));
  } catch {
    // The engine may come later; two agents without an engine do no harm to each other.
  }
  return join(directory, `agent-${digestOf(Buffer.from(socket)).slice(7, 19)}.lock`);
}

const MARKS = { info: ' ', warning: '!', error: '✗' } as const;

function lineOf({ timeMs, severity, from, text }: AgentEvent): string {
  return `${new Date(timeMs).toISOString()} ${MARKS[severity]} ${from}: ${text}`;
}
