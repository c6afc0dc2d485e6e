import {
  containerState,
  hasPath,
  removeContainer,
  removeImage,
  renameContainer,
  startContainer,
} from '../../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../../core/errors/index.ts';
import { ASIDE, type CurrentContainer } from '../current/index.ts';
import type { ImagePlan, Step } from '../plan/index.ts';
import { make, runningIds, start, stopHooked } from './containers.ts';
import type { ExecuteContext } from './context.ts';
import { waitFor } from './health.ts';

type Replace = Step & { readonly kind: 'replace' };

/** Gets the image of a service, if it must be got. */
export type GetImage = () => Promise<void>;

/**
 * Puts a new version in the place of an old one. The old one is put aside, and takes over again when the new one
 * is not healthy in its time; only then is it removed. Broken off at any step, a new plan knows what to do.
 *
 * @throws SampanError `unproven` when the old version runs again; what creating threw.
 */
export async function replace(step: Replace, getImage: GetImage, context: ExecuteContext): Promise<void> {
  if (await isHeld(step, context)) return;
  await checkBody(step, context);
  if (step.strategy === 'hand-over') return await handOver(step, getImage, context);
  if (step.strategy === 'download-then-kill') await getImage();
  await putAside(step, context);
  if (step.strategy === 'delete-then-download') await forget(step, context);
  try {
    if (step.strategy !== 'download-then-kill') await getImage();
    await bring(step, context);
  } catch (error) {
    await rollBack(step, error, context);
  }
  await drop(step.current, context);
}

/** What cannot be made now, as a device that it must have is away, leaves the old one alone. @throws what `body` does. */
async function checkBody({ container }: Replace, { docker, signal, wanted }: ExecuteContext): Promise<void> {
  container.body(await runningIds(docker, wanted.project.name, signal));
}

async function isHeld({ container, current }: Replace, context: ExecuteContext): Promise<boolean> {
  const { lock } = container.update;
  if (lock === undefined || context.force === true || current.status !== 'running') return false;
  if (!(await hasPath(context.docker, current.id, { path: lock, signal: context.signal }))) return false;
  context.report({
    service: container.service,
    container: container.name,
    kind: 'held',
    detail: `its update lock ${lock} is there; --force replaces it all the same`,
  });
  return true;
}

async function putAside({ container, current }: Replace, context: ExecuteContext): Promise<void> {
  await stopHooked(current, container, context);
  await renameContainer(context.docker, current.id, { name: `${container.name}${ASIDE.previous}` });
}

/** A new version under its own name, started and healthy. */
async function bring({ container, current }: Replace, context: ExecuteContext): Promise<void> {
  const id = await make(container, context, { volumes: current.volumes });
  await start(id, container, context);
  await settle(id, container, context);
}

async function settle(id: string, container: Replace['container'], context: ExecuteContext): Promise<void> {
  if (!container.update.rollsBack) return;
  context.report({
    service: container.service,
    container: container.name,
    kind: 'waiting',
    detail: 'until it is healthy',
  });
  const timeoutMs = container.update.healthTimeoutMs;
  await waitFor({ id, name: container.name }, 'service_healthy', { ...context, timeoutMs });
  context.report({ service: container.service, container: container.name, kind: 'healthy', detail: '' });
}

async function rollBack(
  { container, current, strategy }: Pick<Replace, 'container' | 'current' | 'strategy'>,
  cause: unknown,
  context: ExecuteContext,
): Promise<never> {
  // Broken off by a person, the next run finishes it.
  if (strategy === 'delete-then-download' || context.signal.aborted) throw cause;
  const { docker } = context;
  await removeContainer(docker, container.name, { keepsVolumes: true }).catch(() => false);
  // A version of another name takes its own again.
  const name = current.name.replace(/\.previous$/, '');
  await renameContainer(docker, current.id, { name });
  await startContainer(docker, current.id);
  await context.started?.(container.service, await containerState(docker, current.id));
  const why = cause instanceof Error ? cause.message : String(cause);
  context.report({ service: container.service, container: container.name, kind: 'rolled-back', detail: why });
  throw new SampanError(
    'unproven',
    `${container.service}: the new version failed, the old one runs again: ${why}`,
    { cause },
  );
}

/** Goes on with an update that was broken off while the new version was waited for. */
export async function finish(
  step: Step & { readonly kind: 'finish' },
  context: ExecuteContext,
): Promise<void> {
  const { container, current, previous } = step;
  try {
    await start(current.id, container, context);
    await settle(current.id, container, context);
  } catch (error) {
    await rollBack({ container, current: previous, strategy: container.update.strategy }, error, context);
  }
  await drop(previous, context);
}

/** Frees the disk before the new image comes: nothing is left to go back to. */
async function forget({ container, current }: Replace, context: ExecuteContext): Promise<void> {
  await drop(current, context);
  await removeImage(context.docker, current.imageId).catch(error => {
    // Another container uses it too.
    if (!isSampanError(error, 'invalid')) throw error;
  });
  context.report({
    service: container.service,
    container: container.name,
    kind: 'removed',
    detail: 'with its image',
  });
}

async function drop(current: CurrentContainer, { docker, report }: ExecuteContext): Promise<void> {
  if (await removeContainer(docker, current.id, { keepsVolumes: true }))
    report({ service: current.service, container: current.name, kind: 'removed', detail: '' });
}

/** The new version runs beside the old one until it is healthy. */
async function handOver(step: Replace, getImage: GetImage, context: ExecuteContext): Promise<void> {
  const { container, current } = step;
  await getImage();
  const id = await make(container, context, {
    name: `${container.name}${ASIDE.next}`,
    volumes: current.volumes,
  });
  try {
    await start(id, container, context);
    await settle(id, container, context);
  } catch (error) {
    await removeContainer(context.docker, id, { keepsVolumes: true });
    const why = error instanceof Error ? error.message : String(error);
    context.report({
      service: container.service,
      container: container.name,
      kind: 'rolled-back',
      detail: why,
    });
    throw new SampanError(
      'unproven',
      `${container.service}: the new version failed, the old one runs on: ${why}`,
      { cause: error },
    );
  }
  await putAside(step, context);
  await renameContainer(context.docker, id, { name: container.name });
  await drop(current, context);
}

/** One more image for an update. */
export function imageOnce(image: ImagePlan | undefined, get: (image: ImagePlan) => Promise<void>): GetImage {
  let getting: Promise<void> | undefined;
  return async () => {
    if (image === undefined) return;
    getting ??= get(image);
    await getting;
  };
}
