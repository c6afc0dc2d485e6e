import { type ContainerDetails, type Docker, inspectContainer } from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { type CurrentContainer, endOf, projectContainers } from '../../run/supervise/index.ts';
import { any, defineCommand, flag } from '../command/index.ts';
import { checkServices, openEngine, openProject, PROJECT_OPTIONS } from '../compose/index.ts';
import { formatDuration, formatTable, writeJson } from '../output/index.ts';

/** `sampan ps`. */
export const psCommand = defineCommand({
  description:
    'Shows the containers of a project: whether they run, are healthy, and since when; and why those ended that ended.',
  arguments: { services: any({ description: 'only these services', complete: 'nothing' }) },
  options: { ...PROJECT_OPTIONS, json: flag({ description: 'print JSON, schema sampan.ps/1' }) },
  examples: [{ line: 'ps', explanation: 'the project of this directory' }],
  async run(context, { services, json, ...values }) {
    const { project } = openProject(context, { ...values, profile: ['*'] });
    const docker = await openEngine(context);
    const { signal, stdout } = context;
    const all = await projectContainers(docker, project.name, signal);
    checkServices(
      project,
      services,
      all.map(({ service }) => service),
    );
    const shown = all
      .filter(({ service }) => services.length === 0 || services.includes(service))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const ports = await Promise.all(shown.map(async ({ id }) => await portsOf(docker, id, signal)));
    if (json) {
      const containers = shown.map((one, index) => ({ ...rowJson(one), ports: ports[index] ?? {} }));
      return writeJson(stdout, 'sampan.ps/1', { project: project.name, containers });
    }
    if (shown.length === 0)
      return void context.stderr.write(`nothing of ${project.name} is there; sampan up starts it\n`);
    const rows = shown.map((one, index) => [
      one.service,
      one.name,
      stateText(one, context.now()),
      Object.entries(ports[index] ?? {})
        .map(([name, { host, port }]) => `${host}:${port}→${name}`)
        .join(', '),
      one.imageName,
    ]);
    stdout.write(
      formatTable(
        [
          { title: 'SERVICE' },
          { title: 'CONTAINER', shrink: 'text' },
          { title: 'STATE' },
          { title: 'PORTS', shrink: 'text' },
          { title: 'IMAGE', shrink: 'path' },
        ],
        rows,
        stdout,
      ),
    );
  },
});

/** None of a container that has gone meanwhile. */
async function portsOf(docker: Docker, id: string, signal: AbortSignal): Promise<ContainerDetails['ports']> {
  try {
    return (await inspectContainer(docker, id, { signal })).ports;
  } catch (error) {
    if (isSampanError(error, 'not-found')) return {};
    throw error;
  }
}

function rowJson(one: CurrentContainer): object {
  const {
    service,
    number,
    name,
    id,
    status,
    health,
    exitCode,
    oomKilled,
    restartCount,
    startedAt,
    finishedAt,
    imageName,
    imageId,
  } = one;
  return {
    service,
    number,
    name,
    id,
    status,
    health,
    exitCode,
    oomKilled,
    restartCount,
    startedAt,
    finishedAt,
    image: imageName,
    imageId,
  };
}

function stateText(one: CurrentContainer, nowMs: number): string {
  const restarts = one.restartCount > 0 ? `, restarted ${one.restartCount}×` : '';
  if (one.status === 'restarting') return `started again soon: ${endOf(one)}${restarts}`;
  if (one.status !== 'running') return one.status === 'exited' ? endOf(one).replace(/^it /, '') : one.status;
  const health = one.health === 'none' ? '' : `, ${one.health}`;
  return `running for ${formatDuration(Math.max(0, nowMs - Date.parse(one.startedAt)))}${health}${restarts}`;
}
