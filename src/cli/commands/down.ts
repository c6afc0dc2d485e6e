import {
  listNetworks,
  listVolumes,
  removeContainer,
  removeNetwork,
  removeVolume,
  stopContainer,
} from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { LABELS, projectContainers } from '../../run/supervise/index.ts';
import { defineCommand, flag } from '../command/index.ts';
import { openEngine, openProject, PROJECT_OPTIONS } from '../compose/index.ts';

const GRACE_SECONDS = 10;

/** `sampan down`. */
export const downCommand = defineCommand({
  description:
    'Stops and removes the containers and networks of a project, in the order in which nothing loses what it needs. Volumes keep their data unless they are asked for too. External networks and volumes are never touched.',
  arguments: {},
  options: {
    ...PROJECT_OPTIONS,
    volumes: flag({ description: 'remove the volumes too, with all that is in them' }),
  },
  examples: [{ line: 'down', explanation: 'the project of this directory' }],
  async run(context, values) {
    const { project } = openProject(context, { ...values, profile: ['*'] });
    const docker = await openEngine(context);
    const { signal } = context;
    const say = (what: string): void => void (context.quiet || context.stderr.write(`✓ ${what}\n`));
    const containers = await projectContainers(docker, project.name, signal);
    if (containers.length === 0 && !context.quiet)
      context.stderr.write(`no container of ${project.name} is there\n`);
    const services = [...project.services.values()];
    const isLeft = new Set(containers.map(({ service }) => service));
    while (isLeft.size > 0) {
      // Those that no other needs any more.
      const needed = new Set(
        services.filter(({ name }) => isLeft.has(name)).flatMap(({ dependsOn }) => [...dependsOn.keys()]),
      );
      const free = [...isLeft].filter(name => !needed.has(name));
      const names = free.length > 0 ? free : [...isLeft];
      await Promise.all(
        containers
          .filter(({ service }) => names.includes(service))
          .map(async ({ id, name, service }) => {
            const grace = project.services.get(service)?.written.stop_grace_period;
            const graceSeconds = grace === undefined ? GRACE_SECONDS : Math.ceil(grace / 1000);
            await stopContainer(docker, id, { graceSeconds, signal });
            await removeContainer(docker, id, { keepsVolumes: !values.volumes, signal });
            say(`${name} removed`);
          }),
      );
      for (const name of names) isLeft.delete(name);
    }
    const label = `${LABELS.project}=${project.name}`;
    for (const { id, name } of await listNetworks(docker, { label, signal })) {
      try {
        if (await removeNetwork(docker, id, { signal })) say(`network ${name} removed`);
      } catch (error) {
        if (!isSampanError(error, 'denied')) throw error;
        context.stderr.write(`! network ${name} is in use by containers of others\n`);
      }
    }
    if (!values.volumes) return;
    for (const { name } of await listVolumes(docker, { label, signal }))
      if (await removeVolume(docker, name, { signal })) say(`volume ${name} removed`);
  },
});
