import type { Project, Service } from '../../compose/index.ts';
import { COMPOSE_VERSION, LABELS } from './labels.ts';
import type { Json } from './options.ts';

/** The labels of all that belongs to a project. */
export function projectLabels({ name }: Project): Json {
  return { [LABELS.project]: name, [LABELS.version]: COMPOSE_VERSION };
}

/** The labels of a container. */
export function labelsOf(
  service: Service,
  { project, number, hash }: { readonly project: Project; readonly number: number; readonly hash: string },
): Readonly<Record<string, string>> {
  const depends = [...service.dependsOn].map(
    ([name, { condition, isRestarted }]) => `${name}:${condition}:${isRestarted}`,
  );
  return {
    [LABELS.project]: project.name,
    [LABELS.version]: COMPOSE_VERSION,
    [LABELS.service]: service.name,
    [LABELS.number]: String(number),
    [LABELS.oneOff]: 'False',
    [LABELS.hash]: hash,
    [LABELS.wanted]: hash,
    [LABELS.reference]: service.image,
    [LABELS.directory]: project.directory,
    [LABELS.files]: project.files.join(','),
    [LABELS.dependsOn]: depends.join(','),
    ...restartLabel(service),
    ...logsLabel(service),
  };
}

/** For the agent: it knows containers by their labels alone. */
export function restartLabel({ written }: Service): Readonly<Record<string, string>> {
  const rule = written['x-sampan']?.restart;
  if (rule === undefined) return {};
  const { onUnhealthy, limit, window: windowMs, delay: delayMs, maxDelay: maxDelayMs } = rule;
  return { [LABELS.restart]: JSON.stringify({ onUnhealthy, limit, windowMs, delayMs, maxDelayMs }) };
}

/** As for `restartLabel`. */
export function logsLabel({ written }: Service): Readonly<Record<string, string>> {
  const rule = written['x-sampan']?.logs;
  return rule === undefined ? {} : { [LABELS.logs]: JSON.stringify(rule) };
}
