import type { ApplyTools } from '../../run/apply/index.ts';
import { compare, executeContext, openProject } from '../compose/index.ts';
import type { Context } from '../context/index.ts';

/** What the part that applies projects uses: the same as `sampan up`. */
export function applyTools(context: Context, policy: string | undefined): ApplyTools {
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
    compare: async project => await compare(context, project),
    context: async (wanted, report) => {
      const compared = await compare(context, wanted.project);
      return executeContext(context, compared, { report, force: false, policy });
    },
  };
}
