import {
  type ContainerState,
  containerIds,
  containerState,
  type EngineEvent,
  engineEvents,
  startContainer,
  stopContainer,
} from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import type { AgentHost, AgentModule } from '../module/index.ts';
import { endOf, LABELS } from '../supervise/index.ts';
import { counted, type Ends, type Patient, type RestartRule, ruleFrom, treat, USUAL_RULE } from './policy.ts';

/** Why a container was restarted last. */
interface Reason {
  readonly timeMs: number;
  readonly text: string;
}

const LOOK_MS = 30_000;
const UNHEALTHY = 'health_status: unhealthy';

/** Restarts what is unhealthy, with back-off and a limit; tells how containers end; keeps the reasons. */
export const healthModule: AgentModule = {
  name: 'health',
  start: async host => {
    const ward: Ward = { patients: new Map(), reasons: new Map(), busy: new Set(), ends: new Map() };
    const ending = new AbortController();
    const signal = AbortSignal.any([host.signal, ending.signal]);
    const work = Promise.allSettled([follow(host, ward, signal), lookAgain(host, ward, signal)]);
    return {
      status: () => ({
        restarts: [...ward.reasons].map(([container, reason]) => ({ container, ...reason })),
        givenUp: [...ward.patients].flatMap(([container, { isGivenUp }]) => (isGivenUp ? [container] : [])),
      }),
      [Symbol.asyncDispose]: async () => {
        ending.abort();
        await Promise.race([work, host.sleep(1000).catch(() => {})]);
      },
    };
  },
};

interface Ward {
  readonly patients: Map<string, Patient>;
  readonly reasons: Map<string, Reason>;
  /** Those that are being restarted. */
  readonly busy: Set<string>;
  /** How often they ended lately. */
  readonly ends: Map<string, Ends>;
}

async function follow(host: AgentHost, ward: Ward, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const docker = await host.docker();
      for await (const event of engineEvents(docker, {
        types: ['container'],
        labels: [LABELS.project],
        signal,
      })) {
        if (!isOurs(event.attributes, host)) continue;
        if (event.action === UNHEALTHY) void attend(event.id, host, ward).catch(ignoreGone);
        else hear(event, host, ward);
      }
    } catch (error) {
      if (!isSampanError(error)) throw error;
    }
    await host.sleep(2000).catch(() => {});
  }
}

/** Containers of projects that this agent does not keep are none of its business. */
function isOurs(labels: Readonly<Record<string, string>>, { projects }: AgentHost): boolean {
  const files = labels[LABELS.files]?.split(',') ?? [];
  return projects.some(place => place.files.some(file => files.includes(file)));
}

/** An event may be missed while the engine was away, or come before the agent. */
async function lookAgain(host: AgentHost, ward: Ward, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const docker = await host.docker();
      for (const id of await containerIds(docker, { labels: [LABELS.project], signal })) {
        const state = await containerState(docker, id, { signal });
        if (!isOurs(state.labels, host)) continue;
        if (state.status === 'running' && state.health === 'unhealthy')
          void attend(id, host, ward).catch(ignoreGone);
        if (state.health === 'healthy') recover(state.name, ward);
      }
    } catch (error) {
      if (!isSampanError(error)) throw error;
    }
    await host.sleep(LOOK_MS).catch(() => {});
  }
}

/** What is healthy again may be restarted again; how often it was so lately still counts. */
function recover(name: string, { patients }: Ward): void {
  const patient = patients.get(name);
  if (patient?.isGivenUp === true) patients.set(name, { ...patient, isGivenUp: false });
}

function ignoreGone(error: unknown): void {
  if (!isSampanError(error)) throw error;
}

async function attend(id: string, host: AgentHost, ward: Ward): Promise<void> {
  const docker = await host.docker();
  const state = await containerState(docker, id);
  if (state.status !== 'running' || state.health !== 'unhealthy' || ward.busy.has(id) || isBetween(state))
    return;
  const treatment = treat(ward.patients.get(state.name), ruleOf(state), host.monotonic());
  if (treatment.kind === 'nothing') return;
  ward.patients.set(state.name, treatment.patient);
  const data = {
    container: state.name,
    project: state.labels[LABELS.project] ?? '',
    service: state.labels[LABELS.service] ?? '',
  };
  const why = `unhealthy${state.healthOutput === '' ? '' : `: ${state.healthOutput}`}`;
  if (treatment.kind === 'give up') {
    const text = `${state.name} is still ${why}; it was restarted ${treatment.patient.restarts.length} times and is left alone until it is healthy or replaced`;
    return host.bus.tell({ from: 'health', kind: 'container.given-up', severity: 'error', text, data });
  }
  ward.busy.add(id);
  try {
    await host.sleep(treatment.inMs);
    const now = await containerState(docker, id);
    if (now.status !== 'running' || now.health !== 'unhealthy') return;
    ward.reasons.set(state.name, { timeMs: host.now(), text: why });
    host.bus.tell({
      from: 'health',
      kind: 'container.unhealthy',
      severity: 'warning',
      text: `${state.name} is restarted, since it is ${why}`,
      data,
    });
    await stopContainer(docker, id, { graceSeconds: now.graceSeconds });
    await startContainer(docker, id);
  } finally {
    ward.busy.delete(id);
  }
}

/** An update decides about its own containers. */
function isBetween({ name }: ContainerState): boolean {
  return name.endsWith('.next') || name.endsWith('.previous');
}

function ruleOf({ labels }: ContainerState): RestartRule {
  try {
    const said: unknown = JSON.parse(labels[LABELS.restart] ?? '{}');
    return ruleFrom(said);
  } catch {
    return USUAL_RULE;
  }
}

/** Ends are told with their reason; an end that was asked for is none to worry about. */
function hear({ action, id, attributes }: EngineEvent, host: AgentHost, ward: Ward): void {
  const name = attributes.name ?? id;
  if (action === 'oom')
    host.bus.tell({
      from: 'health',
      kind: 'container.oom',
      severity: 'error',
      text: `${name} used more memory than its limit`,
      data: { container: name },
    });
  if (action === 'destroy') {
    ward.patients.delete(name);
    ward.ends.delete(name);
  }
  if (action !== 'die' || ward.busy.has(id)) return;
  const ends = counted(ward.ends.get(name), host.monotonic());
  ward.ends.set(name, ends);
  if (!ends.isTold) return;
  const code = Number(attributes.exitCode ?? 0);
  void host
    .docker()
    .then(docker => containerState(docker, id))
    .then(state => endOf({ ...state, exitCode: code }))
    .catch(() => `it ended with status ${code}`)
    .then(how =>
      host.bus.tell({
        from: 'health',
        kind: 'container.ended',
        severity: code === 0 ? 'info' : 'warning',
        text: `${name}: ${how}${ends.count > 1 ? `, ${ends.count} times by now` : ''}`,
        data: { container: name, exitCode: code, times: ends.count },
      }),
    );
}
