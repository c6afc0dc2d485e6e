import { containerState, startContainer, stopContainer } from '../../core/docker/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { type CurrentContainer, waitFor } from '../../run/supervise/index.ts';
import { any, defineCommand, duration, flag } from '../command/index.ts';
import { compare, executeContext, openProject, PROJECT_OPTIONS, restartOrder } from '../compose/index.ts';

const NEED_TIMEOUT_MS = 300_000;
const GRACE_MS = 10_000;

/** `sampan restart`. */
export const restartCommand = defineCommand({
  description:
    'Stops and starts the containers of a project, as they are: those that need others stop before them and start after them, when these are as ready as the file asks. Services that follow the restart of another (depends_on with restart: true) come along. A changed file is the business of sampan up.',
  arguments: { services: any({ description: 'only these services', complete: 'nothing' }) },
  options: {
    ...PROJECT_OPTIONS,
    timeout: duration({ short: 't', description: 'how long one may take to stop, instead of its own time' }),
    noDeps: flag({ description: 'leave those alone that follow a restart' }),
  },
  examples: [
    { line: 'restart', explanation: 'all of it' },
    { line: 'restart db', explanation: 'one service, and those that follow it' },
  ],
  async run(context, { services, timeout, noDeps, ...values }) {
    const { project } = openProject(context, { ...values, profile: ['*'] });
    const compared = await compare(context, project);
    const { docker, current } = compared;
    const { signal } = context;
    const waves = restartOrder(project, services, { follows: !noDeps });
    const mine = (name: string): readonly CurrentContainer[] =>
      current.containers.filter(one => one.service === name && !one.isPrevious);
    if (waves.flat().every(({ name }) => mine(name).length === 0))
      throw new SampanError('not-found', `nothing of ${project.name} is there`, { remedy: 'sampan up' });
    const execution = executeContext(context, compared, {
      report: () => {},
      force: false,
      policy: undefined,
    });
    const say = (what: string): void => void (context.quiet || context.stderr.write(`✓ ${what}\n`));
    for (const wave of waves.toReversed())
      await Promise.all(
        wave.flatMap(({ name, written }) =>
          mine(name).map(async one => {
            const graceMs = timeout ?? written.stop_grace_period ?? GRACE_MS;
            await stopContainer(docker, one.id, { graceSeconds: Math.ceil(graceMs / 1000), signal });
          }),
        ),
      );
    for (const wave of waves)
      await Promise.all(
        wave.map(async service => {
          for (const [name, { condition, isRequired }] of service.dependsOn)
            for (const one of isRequired && waves.flat().some(other => other.name === name) ? mine(name) : [])
              await waitFor(one, condition, { ...execution, timeoutMs: NEED_TIMEOUT_MS });
          for (const one of mine(service.name)) {
            await startContainer(docker, one.id, { signal });
            await execution.started?.(service.name, await containerState(docker, one.id, { signal }));
            say(`${one.name} restarted`);
          }
        }),
      );
  },
});
