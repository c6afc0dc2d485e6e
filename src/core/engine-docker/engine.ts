import { realpathSync } from 'node:fs';
import {
  attachContainer,
  connectDocker,
  createContainer,
  type Docker,
  importImage,
  inspectContainer,
  type SocketSearch,
  startContainer,
} from '../docker/index.ts';
import {
  type Container,
  checkArchitecture,
  type Engine,
  type RunSpec,
  resolveUser,
  type StartOptions,
  startError,
} from '../engine/index.ts';
import { isSampanError, SampanError, wrap } from '../errors/index.ts';
import { openWork, RUN_LABEL, type Work } from '../work/index.ts';
import { containerBody } from './body.ts';
import { startedContainer } from './container.ts';
import { linksTar, rootLayout } from './layout.ts';

/** What the engine stands on. */
export interface DockerEngineOptions extends SocketSearch {
  /** Where work directories are made; `sweep` it to remove what a killed process left. */
  readonly base: string;
}

/**
 * An engine behind the Docker Engine API (Docker 19.03 and newer, Podman). It runs an empty image, with each
 * top-level directory of the root file system mounted: what a container writes there lands in it, what it
 * writes at the very top is lost. `beforeStart` is not called: the API has no such moment.
 *
 * @throws SampanError `unavailable`, `denied`, `unsupported`
 */
export async function dockerEngine(options: DockerEngineOptions): Promise<Engine> {
  const docker = await connectDocker(options);
  return {
    name: 'docker',
    description: `${docker.kind === 'podman' ? 'Podman' : 'Docker'} ${docker.serverVersion} (API ${docker.apiVersion})`,
    start: (spec, start = {}) => startWith(docker, spec, { ...start, base: options.base }),
  };
}

async function startWith(
  docker: Docker,
  spec: RunSpec,
  options: StartOptions & { readonly base: string },
): Promise<Container> {
  if (options.signal?.aborted === true)
    throw new SampanError('cancelled', 'cancelled before the container started');
  if (spec.args.length === 0) throw new SampanError('usage', 'there is no program to run');
  checkArchitecture(spec.architecture);
  const real = { ...spec, rootfs: realRoot(spec.rootfs) };
  const work = await openWork(options.base);
  try {
    return await startIn(docker, real, { work, signal: options.signal });
  } catch (error) {
    await work[Symbol.asyncDispose]();
    throw isSampanError(error) ? error : wrap('starting a container', error);
  }
}

async function startIn(
  docker: Docker,
  spec: RunSpec,
  options: { readonly work: Work; readonly signal: AbortSignal | undefined },
): Promise<Container> {
  const { work, signal } = options;
  const user = resolveUser(spec.rootfs, spec.user);
  const layout = rootLayout(spec.rootfs);
  work.record({ kind: 'docker', socket: docker.socketPath });
  const changes = [`LABEL ${RUN_LABEL}=${work.id}`];
  // The calls are not cut off: the engine would go on with them, and make what nobody removes.
  const image = await importImage(docker, once(linksTar(layout.links)), { changes });
  refuseAborted(signal);
  const hostname = spec.hostname ?? work.id.slice(0, 12);
  const body = containerBody(spec, { id: work.id, image, user, hostname, layout });
  const { id, warnings } = await createContainer(docker, body);
  refuseAborted(signal);
  const printed = await attachContainer(docker, id);
  await startContainer(docker, id).catch(error => Promise.reject(explain(error, spec)));
  refuseAborted(signal);
  const details = await inspectContainer(docker, id);
  return startedContainer({ docker, work, spec, details, printed, warnings });
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new SampanError('cancelled', 'cancelled while the container was starting');
}

function explain(error: unknown, spec: RunSpec): unknown {
  if (!isSampanError(error) || error.code === 'cancelled') return error;
  return startError(spec.args[0] ?? '', error.message);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function realRoot(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new SampanError('not-found', `the root file system ${path} is not there`, { cause: error });
  }
}
