import {
  connectNetwork,
  containerState,
  createContainer,
  type Docker,
  removeContainer,
  startContainer,
  stopContainer,
} from '../../../core/docker/index.ts';
import { isSampanError } from '../../../core/errors/index.ts';
import { projectContainers } from '../current/index.ts';
import type { WantedContainer } from '../wanted/index.ts';
import type { ExecuteContext } from './context.ts';
import { runHooks } from './hooks.ts';

/** The ID of a container of a service that runs now. */
export async function runningIds(
  docker: Docker,
  project: string,
  signal: AbortSignal,
): Promise<(service: string) => string | undefined> {
  const all = await projectContainers(docker, project, signal);
  return service => all.find(one => one.service === service && one.status === 'running')?.id;
}

/** What a new container has of an old one. */
export interface Heritage {
  readonly name?: string;
  /** Names of volumes by where they are mounted: data that the image keeps in anonymous volumes goes on. */
  readonly volumes?: Readonly<Record<string, string>>;
}

/** Makes a container, in all of its networks. Returns its ID. Nothing of it stays when that fails. */
export async function make(
  container: WantedContainer,
  context: ExecuteContext,
  { name = container.name, volumes = {} }: Heritage = {},
): Promise<string> {
  const { docker, signal, report, wanted } = context;
  const idOf = await runningIds(docker, wanted.project.name, signal);
  const { id, warnings } = await createContainer(docker, withVolumes(container.body(idOf), volumes), {
    name,
    platform: container.platform,
    signal,
  });
  try {
    for (const { network, endpoint } of container.joins)
      await connectNetwork(docker, network, { container: id, endpoint, signal });
  } catch (error) {
    await removeContainer(docker, id, { keepsVolumes: true }).catch(() => false);
    throw error;
  }
  report({ service: container.service, container: name, kind: 'created', detail: warnings.join('; ') });
  return id;
}

type Json = Readonly<Record<string, unknown>>;

function withVolumes(body: Json, volumes: Readonly<Record<string, string>>): Json {
  const host = isJson(body.HostConfig) ? body.HostConfig : {};
  const tmpfs = isJson(host.Tmpfs) ? Object.keys(host.Tmpfs) : [];
  const mounts = Array.isArray(host.Mounts) ? host.Mounts.filter(isJson) : [];
  const binds = Array.isArray(host.Binds) ? host.Binds.map(String) : [];
  // An anonymous volume of the file has a target and no source: it becomes the old one.
  const fixed = mounts.filter(mount => mount.Source !== undefined || mount.Type === 'tmpfs');
  const taken = new Set([
    ...fixed.map(mount => mount.Target),
    ...binds.map(bind => bind.split(':')[1]),
    ...tmpfs,
  ]);
  const inherited = Object.entries(volumes).filter(([target]) => !taken.has(target));
  const targets = new Set(inherited.map(([target]) => target));
  const kept = mounts.filter(mount => !targets.has(String(mount.Target)));
  const added = inherited.map(([Target, Source]) => ({ Type: 'volume', Source, Target }));
  return { ...body, HostConfig: { ...host, Mounts: [...kept, ...added] } };
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Starts a container and gives it what it needs besides. */
export async function start(id: string, container: WantedContainer, context: ExecuteContext): Promise<void> {
  const { docker, signal, report } = context;
  await startContainer(docker, id, { signal });
  const state = await containerState(docker, id, { signal });
  await context.started?.(container.service, state);
  if (state.status === 'running')
    await runHooks(docker, id, { hooks: container.hooks.postStart, name: container.name });
  report({ service: container.service, container: container.name, kind: 'started', detail: '' });
}

/** Stops a container of a service, whose hooks run before: one that fails is told, and stops nothing. */
export async function stopHooked(
  current: { readonly id: string; readonly name: string; readonly status: string },
  { service, graceMs, hooks }: WantedContainer,
  context: Pick<ExecuteContext, 'docker' | 'report'>,
): Promise<void> {
  const { id, name } = current;
  if (current.status === 'running')
    await runHooks(context.docker, id, { hooks: hooks.preStop, name }).catch(error => {
      if (!isSampanError(error)) throw error;
      context.report({ service, container: name, kind: 'failed', detail: error.message });
    });
  await stop(id, { graceMs, service, name }, context);
}

/** Stops a container within its grace time; one that is gone is stopped. */
export async function stop(
  id: string,
  { graceMs, ...about }: { readonly graceMs: number; readonly service: string; readonly name: string },
  { docker, report }: Pick<ExecuteContext, 'docker' | 'report'>,
): Promise<void> {
  try {
    await stopContainer(docker, id, { graceSeconds: Math.ceil(graceMs / 1000) });
    report({ service: about.service, container: about.name, kind: 'stopped', detail: '' });
  } catch (error) {
    if (!isSampanError(error, 'not-found')) throw error;
  }
}
