import { SampanError } from '../../../core/errors/index.ts';
import type { Current, CurrentContainer } from '../current/index.ts';
import { LABELS, type Wanted, type WantedContainer, type WantedService } from '../wanted/index.ts';
import type { ImagePlan, Plan, ServicePlan, Step } from './steps.ts';

/** What a person asks for besides the file. */
export interface PlanOptions {
  /** Only these, and what they need. */
  readonly services?: readonly string[];
  readonly removesOrphans?: boolean;
  /** New containers even where the old ones are right. */
  readonly recreates?: boolean;
  /** Ask for newer images, whatever the file says. */
  readonly pulls?: 'always' | 'missing' | 'never';
  /** What ended as its restart policy lets it end stays ended, however it ended: nobody asked to start it again. */
  readonly leavesEnded?: boolean;
  /** Versions that were not healthy, as `versionOf` names them: the old ones are kept. */
  readonly refused?: ReadonlySet<string>;
}

/** The name of a version of a container: what was asked for, and the image. */
export function versionOf({ name, hash }: WantedContainer, imageId: string | undefined): string {
  return `${name} ${hash} ${imageId ?? ''}`;
}

/**
 * What must be done so that what is becomes what is wanted. Pure: what is right already is kept.
 *
 * @throws SampanError `not-found` for an external network or volume, or a service, that is not there.
 */
export function planOf(wanted: Wanted, current: Current, options: PlanOptions = {}): Plan {
  const chosen = chosenServices(wanted, options.services);
  const missing = <T>(
    all: ReadonlyMap<string, T | undefined>,
    there: ReadonlySet<string>,
    what: string,
  ): { name: string; body: T }[] =>
    [...all].flatMap(([name, body]) => {
      if (there.has(name)) return [];
      if (body !== undefined) return [{ name, body }];
      throw new SampanError('not-found', `the external ${what} ${name} is not there`, {
        remedy: `docker ${what} create ${name}`,
      });
    });
  const known = new Set([...wanted.services.keys(), ...wanted.project.inactive]);
  const changed = new Set<string>();
  const replaced = new Set<string>();
  const services = inOrder(chosen).map(one => {
    const plan = servicePlan(one, current, { ...options, changed, replaced });
    if (plan.steps.some(({ kind }) => NEW.has(kind))) replaced.add(plan.service);
    if (plan.steps.some(({ kind }) => kind !== 'keep')) changed.add(plan.service);
    return plan;
  });
  return {
    project: wanted.project.name,
    networks: missing(wanted.networks, current.networks, 'network'),
    volumes: missing(wanted.volumes, current.volumes, 'volume'),
    services,
    orphans: current.containers.filter(({ service }) => !known.has(service)),
    removesOrphans: options.removesOrphans ?? false,
  };
}

function chosenServices(
  { services }: Wanted,
  names: readonly string[] | undefined,
): readonly WantedService[] {
  if (names === undefined || names.length === 0) return [...services.values()];
  const found = new Set<WantedService>();
  const visit = (name: string): void => {
    const service = services.get(name);
    if (service === undefined)
      throw new SampanError('not-found', `there is no service ${name}`, {
        remedy: `one of ${[...services.keys()].join(', ')}`,
      });
    if (found.has(service)) return;
    found.add(service);
    for (const [other, { isRequired }] of service.service.dependsOn)
      if (isRequired || services.has(other)) visit(other);
  };
  for (const name of names) visit(name);
  return [...found];
}

/** Steps after which there is another container. */
const NEW: ReadonlySet<Step['kind']> = new Set(['create', 'replace', 'finish', 'recover', 'remove']);

/** Those that are needed before those that need them; there are no cycles. */
function inOrder(services: readonly WantedService[]): readonly WantedService[] {
  const byName = new Map(services.map(one => [one.service.name, one]));
  const done = new Set<WantedService>();
  const visit = (one: WantedService): void => {
    if (done.has(one)) return;
    for (const name of one.service.dependsOn.keys()) {
      const other = byName.get(name);
      if (other !== undefined) visit(other);
    }
    done.add(one);
  };
  for (const one of services) visit(one);
  return [...done];
}

interface Context extends PlanOptions {
  /** Services that this plan changes: those that follow their restarts are started again. */
  readonly changed: ReadonlySet<string>;
  /** Those that get new containers. */
  readonly replaced: ReadonlySet<string>;
}

function servicePlan(
  { service, containers }: WantedService,
  current: Current,
  context: Context,
): ServicePlan {
  const imageId = current.images.get(service.image);
  const image = imagePlan(service.image, {
    policy: context.pulls ?? service.written.pull_policy,
    platform: service.written.platform,
    isThere: imageId !== undefined,
  });
  const mine = current.containers.filter(one => one.service === service.name);
  const used = new Set<CurrentContainer>();
  const follows = [...service.dependsOn].find(
    ([name, { isRestarted }]) => isRestarted && context.changed.has(name),
  )?.[0];
  const steps = containers.flatMap(container => {
    const found = mine.filter(({ number }) => number === container.number);
    for (const one of found) used.add(one);
    return stepsFor(container, found, {
      ...context,
      imageId,
      follows,
      lost: lostShare(container, current, context),
    });
  });
  const surplus = mine
    .filter(one => !used.has(one))
    .map((one): Step => ({ kind: 'remove', current: one, reason: 'there are more than asked for' }));
  const needs = [...service.dependsOn].map(([name, { condition, isRequired }]) => ({
    service: name,
    condition,
    isRequired,
  }));
  return { service: service.name, needs, image, steps: [...steps, ...surplus] };
}

function imagePlan(
  reference: string,
  {
    policy = 'missing',
    platform,
    isThere,
  }: {
    readonly policy?: string | undefined;
    readonly platform: string | undefined;
    readonly isThere: boolean;
  },
): ImagePlan | undefined {
  const refreshes = /^(always|daily|weekly|every_)/.test(policy);
  if (isThere && !refreshes) return undefined;
  if (!isThere && policy === 'never')
    throw new SampanError('not-found', `the image ${reference} is not there, and pull_policy is never`, {
      remedy: 'load a bundle that has it (sampan load), or change pull_policy',
    });
  return { reference, platform, isRefresh: isThere };
}

/** A job that has done its work is not done again, unless something about it changes. */
function isRightlyEnded(
  { restart }: WantedContainer,
  { status, exitCode, error }: CurrentContainer,
  { leavesEnded = false }: PlanOptions,
): boolean {
  const mayEnd = restart === 'no' || restart === 'on-failure';
  return mayEnd && status === 'exited' && error === '' && (exitCode === 0 || leavesEnded);
}

/** Whether what a container shares is gone or goes; told by its label. */
function lostShare(
  { shares }: WantedContainer,
  { containers }: Current,
  { replaced }: Context,
): Reasons['lost'] {
  return ({ labels }) => {
    const made = sharesOf(labels[LABELS.shares]);
    return shares.find(service => {
      const main = containers.find(one => one.service === service && !one.isPrevious && !one.isNext);
      return replaced.has(service) || main === undefined || made[service] !== main.id;
    });
  };
}

function sharesOf(label: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(label ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

interface Reasons extends PlanOptions {
  readonly imageId: string | undefined;
  readonly follows: string | undefined;
  /** A service whose namespace it shares, and whose container is another by now. */
  readonly lost: (current: CurrentContainer) => string | undefined;
}

/** One number of a service: what is there under it, and what must be. */
function stepsFor(
  container: WantedContainer,
  found: readonly CurrentContainer[],
  reasons: Reasons,
): readonly Step[] {
  const previous = found.find(({ isPrevious }) => isPrevious);
  const next = found.filter(({ isNext }) => isNext);
  const [main, ...doubles] = found
    .filter(one => !one.isPrevious && !one.isNext)
    .sort((a, b) => rank(b, container) - rank(a, container));
  const rest = [...next, ...doubles].map(
    (current): Step => ({ kind: 'remove', current, reason: 'it was left by an update that was broken off' }),
  );
  if (previous === undefined)
    return [
      ...rest,
      ...(main === undefined
        ? [{ kind: 'create', container } as const]
        : stepsFrom(container, main, reasons)),
    ];
  if (main !== undefined && whyReplace(container, main, reasons) === undefined)
    return [...rest, { kind: 'finish', container, current: main, previous }];
  const unproven: Step[] =
    main === undefined
      ? []
      : [{ kind: 'remove', current: main, reason: 'it was never proven, and is not wanted any more' }];
  return [
    ...rest,
    ...unproven,
    { kind: 'recover', container, current: previous },
    ...stepsFrom(container, previous, reasons),
  ];
}

function rank({ hash, status }: CurrentContainer, container: WantedContainer): number {
  return (hash === container.hash ? 2 : 0) + (status === 'running' ? 1 : 0);
}

function stepsFrom(container: WantedContainer, current: CurrentContainer, reasons: Reasons): readonly Step[] {
  const { waitsFor } = container;
  if (waitsFor !== undefined && current.status === 'exited')
    return [{ kind: 'keep', container, current, waitsFor }];
  const reason = whyReplace(container, current, reasons);
  const isRefused = reasons.refused?.has(versionOf(container, reasons.imageId)) === true;
  if (reason !== undefined && !(isRefused && current.status === 'running'))
    return [{ kind: 'replace', container, current, strategy: container.update.strategy, reason }];
  if (isRightlyEnded(container, current, reasons)) return [{ kind: 'keep', container, current }];
  if (!['running', 'restarting', 'paused'].includes(current.status))
    return [{ kind: 'start', container, current }];
  if (reasons.follows !== undefined)
    return [{ kind: 'restart', container, current, reason: `${reasons.follows} has changed` }];
  return [{ kind: 'keep', container, current }];
}

function whyReplace(
  container: WantedContainer,
  current: CurrentContainer,
  { imageId, recreates, lost }: Reasons,
): string | undefined {
  if (recreates === true) return 'it was asked for';
  if (current.status === 'dead' || current.status === 'removing') return `it is ${current.status}`;
  if (current.hash === '') return 'it was made by another tool';
  if (current.hash !== container.hash) return 'its settings have changed';
  if (imageId !== undefined && current.imageId !== imageId) return 'its image has changed';
  const other = lost(current);
  return other === undefined
    ? undefined
    : `the container of ${other}, whose namespace it shares, is another one`;
}
