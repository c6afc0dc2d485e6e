import { SampanError } from '../../core/errors/index.ts';
import type { ApplyTools } from '../../run/apply/index.ts';
import { type ConfigTools, intervalOf } from '../../run/config/index.ts';
import {
  compare,
  configSource,
  deliveryOf,
  executeContext,
  fetcher,
  keptName,
  openProject,
} from '../compose/index.ts';
import type { Context } from '../context/index.ts';

/** What the part that applies projects uses: the same as `sampan up`. */
export function applyTools(whole: Context, policy: string | undefined): ApplyTools {
  // It looks every minute: what a person is told once by up would fill the log.
  const context = { ...whole, quiet: true };
  return {
    open: async ({ files, name, profiles = [] }) => {
      const { project } = openProject(context, {
        file: files,
        projectName: name,
        projectDirectory: undefined,
        profile: profiles,
        envFile: [],
        set: [],
      });
      return project;
    },
    compare: async project => {
      const compared = await compare(context, project);
      const { wanted, current } = compared;
      return {
        wanted,
        current,
        context: report => executeContext(context, compared, { report, force: false, policy }),
      };
    },
  };
}

/** What the part that follows configuration sources uses. */
export function configTools(context: Context): ConfigTools {
  const open = applyTools(context, undefined).open;
  return {
    sourceOf: async ({ files }) => {
      const found = configSource(context, files);
      return found && { ...found, intervalMs: intervalOf(found.interval) };
    },
    open,
    fetch: fetcher(context),
    keptOf: (source, { state }) => ({
      read: async () => await state.read(keptName(source)),
      write: async bytes => {
        if (await state.write(keptName(source), bytes)) return;
        throw new SampanError('no-space', 'there is no room to keep the new configuration', {
          remedy: 'free some space where the state of the agent is',
        });
      },
    }),
    deliveryOf: project => deliveryOf(context, project),
  };
}
