import {
  type ContainerState,
  containerIds,
  containerState,
  type Docker,
  inspectImage,
  inspectNetwork,
  inspectVolume,
} from '../../../core/docker/index.ts';
import { isSampanError } from '../../../core/errors/index.ts';
import { LABELS, type Wanted } from '../wanted/index.ts';

/** A container of a project. */
export interface CurrentContainer extends ContainerState {
  readonly service: string;
  readonly number: number;
  /** The hash of what was asked for when it was made; empty when Compose made it. */
  readonly hash: string;
  /** It was put aside for a new version, which is not proven healthy yet. */
  readonly isPrevious: boolean;
  /** It is a new version that takes over from a running one. */
  readonly isNext: boolean;
}

/** What an engine has of a project. */
export interface Current {
  readonly containers: readonly CurrentContainer[];
  /** The names of those of the wanted networks and volumes that are there. */
  readonly networks: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
  /** IDs by the references that the services ask for; absent ones are not there. */
  readonly images: ReadonlyMap<string, string>;
}

/** Ends of the names of containers between two versions. */
export const ASIDE = { previous: '.previous', next: '.next' } as const;

/** The containers of a project, one-off ones left out. */
export async function projectContainers(
  docker: Docker,
  project: string,
  signal?: AbortSignal,
): Promise<readonly CurrentContainer[]> {
  const labels = [`${LABELS.project}=${project}`];
  const ids = await containerIds(docker, { labels, signal });
  const states = await Promise.all(ids.map(id => ifThere(containerState(docker, id, { signal }))));
  return states.flatMap(state => {
    if (state === undefined || state.labels[LABELS.oneOff] === 'True') return [];
    const service = state.labels[LABELS.service];
    return service === undefined ? [] : [containerOf(state, service)];
  });
}

function containerOf(state: ContainerState, service: string): CurrentContainer {
  return {
    ...state,
    service,
    number: Number(state.labels[LABELS.number]) || 1,
    hash: state.labels[LABELS.wanted] ?? '',
    isPrevious: state.name.endsWith(ASIDE.previous),
    isNext: state.name.endsWith(ASIDE.next),
  };
}

/** What is there now of what is wanted. */
export async function currentOf(docker: Docker, wanted: Wanted, signal?: AbortSignal): Promise<Current> {
  const references = new Set([...wanted.services.values()].map(({ service }) => service.image));
  const options = { signal };
  const [containers, networks, volumes, images] = await Promise.all([
    projectContainers(docker, wanted.project.name, signal),
    present([...wanted.networks.keys()], name => inspectNetwork(docker, name, options)),
    present([...wanted.volumes.keys()], name => inspectVolume(docker, name, options)),
    Promise.all(
      [...references].map(
        async reference =>
          [reference, (await ifThere(inspectImage(docker, reference, options)))?.id] as const,
      ),
    ),
  ]);
  return {
    containers,
    networks,
    volumes,
    images: new Map(images.flatMap(([name, id]) => (id === undefined ? [] : [[name, id] as const]))),
  };
}

async function present(
  names: readonly string[],
  inspect: (name: string) => Promise<unknown>,
): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    names.map(async name => ((await ifThere(inspect(name))) === undefined ? [] : [name])),
  );
  return new Set(found.flat());
}

/** What a call gives, or undefined when the engine does not have the thing. */
async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isSampanError(error, 'not-found')) return undefined;
    throw error;
  }
}
