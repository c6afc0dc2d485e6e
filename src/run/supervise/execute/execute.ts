import { createNetwork, createVolume, removeContainer, renameContainer } from '../../../core/docker/index.ts';
import { isSampanError, SampanError, wrap } from '../../../core/errors/index.ts';
import { projectContainers } from '../current/index.ts';
import type { ImagePlan, Need, Plan, ServicePlan, Step } from '../plan/index.ts';
import { make, start, stop, stopHooked } from './containers.ts';
import type { ExecuteContext } from './context.ts';
import { waitFor } from './health.ts';
import { finish, type GetImage, imageOnce, replace } from './replace.ts';

/** How a service ended up. */
export interface ServiceOutcome {
  readonly service: string;
  /** Absent when all is as wanted. */
  readonly error: SampanError | undefined;
}

const NEED_TIMEOUT_MS = 300_000;
const JOB_TIMEOUT_MS = 3_600_000;

/**
 * Does what a plan says: networks and volumes first, then services side by side, each when what it needs stands.
 * One that fails stops those that need it, and no others. Done again after any interruption, it goes on.
 */
export async function execute(plan: Plan, context: ExecuteContext): Promise<readonly ServiceOutcome[]> {
  const { docker, signal } = context;
  for (const { body } of plan.networks) await createNetwork(docker, body, { signal });
  for (const { body } of plan.volumes) await createVolume(docker, body, { signal });
  const images = new Map<string, GetImage>();
  for (const { service, image } of plan.services) {
    const reference = context.wanted.services.get(service)?.service.image ?? '';
    const isThere = { reference, platform: undefined, isRefresh: false };
    if (image !== undefined)
      images.set(reference, images.get(reference) ?? imageOnce(image, one => fetchOrKeep(one, context)));
    else if (!images.has(reference))
      images.set(
        reference,
        imageOnce(isThere, one => admit(one, context)),
      );
  }
  const running = new Map<string, Promise<ServiceOutcome>>();
  for (const service of plan.services) {
    const reference = context.wanted.services.get(service.service)?.service.image ?? '';
    const getImage = images.get(reference) ?? (async () => {});
    running.set(
      service.service,
      settled(service, executeService(service, getImage, { ...context, running })),
    );
  }
  const outcomes = await Promise.all(running.values());
  if (plan.removesOrphans) for (const current of plan.orphans) await remove(current, context);
  signal.throwIfAborted();
  return outcomes;
}

/**
 * Asks for newer images of those that are there, before a plan is made of what came. One that cannot be had is told.
 * True when any was asked for.
 */
export async function refreshImages(plan: Plan, context: ExecuteContext): Promise<boolean> {
  const byReference = new Map(
    plan.services.flatMap(({ image }) => (image?.isRefresh === true ? [[image.reference, image]] : [])),
  );
  await Promise.all([...byReference.values()].map(async image => await fetchOrKeep(image, context)));
  return byReference.size > 0;
}

/** An image that is there is used when a newer one cannot be got: a device may have no network. */
async function fetchOrKeep(image: ImagePlan, context: ExecuteContext): Promise<void> {
  const about = { service: '', container: image.reference };
  context.report({ ...about, kind: 'pulling', detail: '' });
  try {
    await context.fetchImage(image, context.signal);
    context.report({ ...about, kind: 'pulled', detail: '' });
  } catch (error) {
    if (!image.isRefresh || !(isSampanError(error, 'unavailable') || isSampanError(error, 'timeout')))
      throw wrap(image.reference, error);
    await admit(image, context);
    context.report({ ...about, kind: 'stale', detail: `what is there is used: ${error.message}` });
  }
}

/** What is there already is used only where the device lets it in. */
async function admit({ reference }: ImagePlan, { admitImage, signal }: ExecuteContext): Promise<void> {
  await admitImage?.(reference, signal);
}

async function settled({ service }: ServicePlan, work: Promise<void>): Promise<ServiceOutcome> {
  try {
    await work;
    return { service, error: undefined };
  } catch (error) {
    if (isSampanError(error)) return { service, error };
    throw error;
  }
}

interface Running extends ExecuteContext {
  readonly running: ReadonlyMap<string, Promise<ServiceOutcome>>;
}

async function executeService(plan: ServicePlan, getImage: GetImage, context: Running): Promise<void> {
  const isStill = plan.steps.every(({ kind }) => kind === 'keep');
  if (!isStill) for (const need of plan.needs) await meet(need, plan.service, context);
  // It comes while others start; who needs it waits for it.
  const early = plan.steps.some(step => step.kind === 'create');
  if (early) await getImage();
  for (const step of plan.steps) {
    context.signal.throwIfAborted();
    await take(step, getImage, context).catch(error => {
      const detail = error instanceof Error ? error.message : String(error);
      if (!isSampanError(error, 'unproven'))
        context.report({ service: plan.service, container: containerName(step), kind: 'failed', detail });
      throw error;
    });
  }
}

function containerName(step: Step): string {
  return step.kind === 'remove' ? step.current.name : step.container.name;
}

async function meet(need: Need, service: string, context: Running): Promise<void> {
  const outcome = await context.running.get(need.service);
  if (outcome?.error !== undefined) {
    if (!need.isRequired) return;
    throw new SampanError('unavailable', `${service} was not started, since ${need.service} failed`, {
      cause: outcome.error,
    });
  }
  const timeoutMs = need.condition === 'service_completed_successfully' ? JOB_TIMEOUT_MS : NEED_TIMEOUT_MS;
  const all = await projectContainers(context.docker, context.wanted.project.name, context.signal);
  for (const other of all.filter(one => one.service === need.service && !one.isPrevious)) {
    try {
      await waitFor(other, need.condition, { ...context, timeoutMs });
    } catch (error) {
      if (need.isRequired || !isSampanError(error)) throw error;
    }
  }
}

async function take(step: Step, getImage: GetImage, context: ExecuteContext): Promise<void> {
  switch (step.kind) {
    case 'keep':
      context.report({
        service: step.container.service,
        container: step.container.name,
        kind: step.waitsFor === undefined ? 'kept' : 'held',
        detail: step.waitsFor ?? '',
      });
      return;
    case 'create':
      return await start(await make(step.container, context), step.container, context);
    case 'start':
      return await start(step.current.id, step.container, context);
    case 'restart': {
      await stopHooked(step.current, step.container, context);
      return await start(step.current.id, step.container, context);
    }
    case 'replace':
      return await replace(step, getImage, context);
    case 'finish':
      return await finish(step, context);
    case 'recover':
      return await renameContainer(context.docker, step.current.id, { name: step.container.name });
    case 'remove':
      return await remove(step.current, context);
  }
}

async function remove(
  current: { readonly id: string; readonly name: string; readonly service: string },
  context: Pick<ExecuteContext, 'docker' | 'report'>,
): Promise<void> {
  await stop(current.id, { graceMs: 10_000, service: current.service, name: current.name }, context);
  if (await removeContainer(context.docker, current.id, { keepsVolumes: true }))
    context.report({ service: current.service, container: current.name, kind: 'removed', detail: '' });
}
