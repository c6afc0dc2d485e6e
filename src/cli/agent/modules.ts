import { join } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import { type AgentModule, MODULES, type ModuleName } from '../../run/module/index.ts';
import type { Context } from '../context/index.ts';

/** The parts of the agent, each loaded when it is chosen. */
const LOADERS: Readonly<
  Partial<Record<ModuleName, (context: Context, policy: string | undefined) => Promise<AgentModule>>>
> = {
  apply: async (context, policy) => {
    const [{ applyModule }, { applyTools }] = await Promise.all([
      import('../../run/apply/index.ts'),
      import('./tools.ts'),
    ]);
    return applyModule(applyTools(context, policy));
  },
  config: async context => {
    const [{ configModule }, { configTools }] = await Promise.all([
      import('../../run/config/index.ts'),
      import('./tools.ts'),
    ]);
    return configModule(configTools(context));
  },
  devices: async () => (await import('../../run/devices/index.ts')).devicesModule,
  health: async () => (await import('../../run/health/index.ts')).healthModule,
  http: async ({ env }) => {
    const { httpModule } = await import('../../run/http/index.ts');
    const directory = process.getuid?.() === 0 ? '/run' : env.XDG_RUNTIME_DIR;
    return httpModule({
      socketPath: directory === undefined ? undefined : join(directory, 'sampan', 'agent.sock'),
    });
  },
  logs: async () => (await import('../../run/logs/index.ts')).logsModule,
  monitor: async () => (await import('../../run/monitor/index.ts')).monitorModule,
  trace: async () => (await import('../../run/trace/index.ts')).traceModule,
};

/** The names of the parts that there are. */
export const MODULE_NAMES: readonly ModuleName[] = MODULES.filter(name => name in LOADERS);

/** Loads one part. @throws SampanError `unsupported` for one that this build does not have. */
export async function loadModule(
  name: ModuleName,
  context: Context,
  policy: string | undefined,
): Promise<AgentModule> {
  const load = LOADERS[name];
  if (load === undefined)
    throw new SampanError('unsupported', `this agent was built without the module ${name}`, {
      remedy: `it has ${MODULE_NAMES.join(', ')}`,
    });
  return await load(context, policy);
}
