import {
  type ContainerState,
  containerIds,
  containerState,
  type Docker,
  startContainer,
  stopContainer,
} from '../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import type { Bus } from '../module/index.ts';
import { LABELS } from '../supervise/index.ts';

/** A container as the API shows it: chosen fields, never its environment, labels or command. */
export interface ContainerView {
  readonly name: string;
  readonly project: string;
  readonly service: string;
  readonly image: string;
  readonly imageId: string;
  readonly status: ContainerState['status'];
  readonly health: ContainerState['health'];
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly restarts: number;
}

/** The containers of all projects, by name. */
export async function listViews(docker: Docker, signal: AbortSignal): Promise<readonly ContainerView[]> {
  const ids = await containerIds(docker, { labels: [LABELS.project], signal });
  const views = await Promise.all(
    ids.map(async id => {
      try {
        return [viewOf(await containerState(docker, id, { signal }))];
      } catch (error) {
        if (isSampanError(error, 'not-found')) return [];
        throw error;
      }
    }),
  );
  return views.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

function viewOf(state: ContainerState): ContainerView {
  const { name, imageId, status, health, exitCode, oomKilled, startedAt, finishedAt } = state;
  return {
    name,
    project: state.labels[LABELS.project] ?? '',
    service: state.labels[LABELS.service] ?? '',
    image: state.labels[LABELS.reference] ?? state.imageName,
    imageId,
    status,
    health,
    exitCode,
    oomKilled,
    startedAt,
    finishedAt,
    restarts: state.restartCount,
  };
}

/**
 * A container of a project, by its name or ID: others are none of the agent's business.
 *
 * @throws SampanError `not-found`.
 */
export async function ownContainer(docker: Docker, name: string): Promise<ContainerState> {
  const missing = (): SampanError => new SampanError('not-found', `there is no container ${name}`);
  if (!/^[\w.-]{1,255}$/.test(name)) throw missing();
  const state = await containerState(docker, name);
  if (state.labels[LABELS.project] === undefined) throw missing();
  return state;
}

/** Stops and starts a container of a project. @throws SampanError `not-found`. */
export async function restart(docker: Docker, name: string, bus: Bus): Promise<void> {
  const state = await ownContainer(docker, name);
  bus.tell({
    from: 'http',
    kind: 'container.restart-asked',
    severity: 'info',
    text: `${state.name} is restarted, since it was asked for`,
    data: {
      container: state.name,
      project: state.labels[LABELS.project] ?? '',
      service: state.labels[LABELS.service] ?? '',
    },
  });
  await stopContainer(docker, state.id, { graceSeconds: state.graceSeconds });
  await startContainer(docker, state.id);
}
