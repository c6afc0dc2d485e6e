import { containerIds, containerState, type Docker, killContainer } from '../../core/docker/index.ts';
import type { Project, Service } from '../compose/index.ts';
import { LABELS } from '../supervise/index.ts';

/** Sends the signal of a service (SIGHUP unless told) to its containers that run. Returns their names. */
export async function tellContainers(
  docker: Docker,
  project: Project,
  service: Service,
): Promise<readonly string[]> {
  const killSignal = service.written['x-sampan']?.config?.signal ?? 'SIGHUP';
  const labels = [`${LABELS.project}=${project.name}`, `${LABELS.service}=${service.name}`];
  const told: string[] = [];
  for (const id of await containerIds(docker, { labels })) {
    const { status, name } = await containerState(docker, id);
    if (status === 'running' && (await killContainer(docker, id, { killSignal }))) told.push(name);
  }
  return told;
}
