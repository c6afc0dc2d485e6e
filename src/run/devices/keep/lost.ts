import { type Docker, killContainer, startContainer, stopContainer } from '../../../core/docker/index.ts';
import { isSampanError } from '../../../core/errors/index.ts';
import type { AgentHost, StateFiles } from '../../module/index.ts';
import type { Running } from '../inject/index.ts';
import type { KeptService, SlotChange } from './service.ts';

/** A device that is back before that was not lost: a bad cable is no reason for a restart. */
const GRACE_MS = 1500;
/** However bad the cable is. */
const BETWEEN_MS = 10_000;
const STOPPED = 'stopped.json';
const STOP_MS = 10_000;

/** Does what a service asks for when a device of it goes or comes. */
export interface Reactions extends Disposable {
  react(service: KeptService, change: SlotChange): void;
  /** Starts what an agent before has stopped, where all is there again. */
  revive(service: KeptService): Promise<void>;
  /** The containers that were stopped since they lost a device: nobody else should start them. */
  stopped(): readonly string[];
}

/** What reacting needs. */
export type ReactHost = Pick<AgentHost, 'docker' | 'bus' | 'monotonic' | 'state'>;

/** Opens it, with what an agent before has stopped. */
export async function openReactions(host: ReactHost): Promise<Reactions> {
  const stopped = new Set(await readStopped(host.state));
  const timers = new Map<string, NodeJS.Timeout>();
  const restarted = new Map<string, number>();
  const keep = async (): Promise<boolean> =>
    await host.state.write(STOPPED, Buffer.from(`${JSON.stringify([...stopped])}\n`));
  const act = (service: KeptService, change: SlotChange): void => {
    const { onLost } = change.selector;
    for (const container of service.containers.values()) {
      const lately = restarted.get(container.id) ?? Number.NEGATIVE_INFINITY;
      if (onLost === 'restart' && host.monotonic() - lately < BETWEEN_MS) continue;
      restarted.set(container.id, host.monotonic());
      const { graceMs } = service.wish();
      void lose({ ...container, graceMs }, change, { host, stopped, keep }).catch(error =>
        tellFailure(host, container, error),
      );
    }
  };
  const revive = async (service: KeptService): Promise<void> => {
    if (service.filled().some(({ device, slot }) => device === undefined && isStop(service, slot.selector)))
      return;
    for (const id of service.containers.keys()) {
      if (!stopped.delete(id)) continue;
      await keep();
      await startContainer(await host.docker(), id);
    }
  };
  return {
    stopped: () => [...stopped],
    revive,
    react: (service, change) => {
      const key = `${service.directory} ${change.slot}`;
      void signalAll(service, change, host).catch(() => {});
      clearTimeout(timers.get(key));
      timers.delete(key);
      const { onLost = 'keep' } = change.selector;
      if (onLost === 'keep') return;
      if (change.action === 'add') return void revive(service).catch(() => {});
      const timer = setTimeout(() => {
        timers.delete(key);
        act(service, change);
      }, GRACE_MS);
      timer.unref();
      timers.set(key, timer);
    },
    [Symbol.dispose]: () => {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

function isStop(service: KeptService, selector: number): boolean {
  return service.wish().selectors[selector]?.onLost === 'stop';
}

async function readStopped(state: StateFiles): Promise<readonly string[]> {
  try {
    const ids: unknown = JSON.parse(Buffer.from((await state.read(STOPPED)) ?? '[]').toString());
    return Array.isArray(ids) ? ids.filter(id => typeof id === 'string').slice(0, 1000) : [];
  } catch {
    return [];
  }
}

async function lose(
  { id, name, graceMs = STOP_MS }: Running & { readonly graceMs?: number | undefined },
  { selector: { onLost }, device }: SlotChange,
  more: { readonly host: ReactHost; readonly stopped: Set<string>; readonly keep: () => Promise<boolean> },
): Promise<void> {
  const { host, stopped, keep } = more;
  const docker: Docker = await host.docker();
  const verb = onLost === 'stop' ? 'stopped' : 'restarted';
  if (onLost === 'stop') {
    stopped.add(id);
    await keep();
  }
  host.bus.tell({
    from: 'devices',
    kind: `container.${verb}`,
    severity: 'warning',
    text: `${name} is ${verb}, since ${device.name} is gone`,
    data: { container: name, device: device.name },
  });
  await stopContainer(docker, id, { graceSeconds: Math.ceil(graceMs / 1000) });
  if (onLost === 'restart') await startContainer(docker, id);
}

async function signalAll(
  service: KeptService,
  { selector: { notify } }: SlotChange,
  host: ReactHost,
): Promise<void> {
  if (notify === undefined || notify.startsWith('/')) return;
  const docker = await host.docker();
  for (const id of service.containers.keys()) await killContainer(docker, id, { killSignal: notify });
}

function tellFailure(host: ReactHost, { name }: Running, error: unknown): void {
  if (!isSampanError(error)) throw error;
  const data = { container: name };
  host.bus.tell({ from: 'devices', kind: 'container.failed', severity: 'error', text: error.message, data });
}
