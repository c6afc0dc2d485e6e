import {
  containerDevices,
  containerIds,
  containerState,
  type Docker,
  engineEvents,
} from '../../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../../core/errors/index.ts';
import type { AgentHost, AgentModule, ModuleAnswer, ModuleCall } from '../../module/index.ts';
import { LABELS } from '../../supervise/index.ts';
import { openCatalogue } from '../catalogue/index.ts';
import { type Device, HOST_ROOTS, type Roots } from '../model/index.ts';
import { type Change, changesOf, watchDevices } from '../watch/index.ts';
import { openReactions, type Reactions } from './lost.ts';
import { wishDirectory } from './nodes.ts';
import {
  type KeepOptions,
  type KeptService,
  openService,
  type SlotChange,
  serviceStatus,
} from './service.ts';

/** Nodes for the next start are written when things are calm again: flash wears. */
const SAVE_MS = 2000;
const RETRY_MS = 2000;

/** Gives containers their devices while they run, and takes them away when they go. */
export const devicesModule: AgentModule = {
  name: 'devices',
  start: async host => {
    const roots = rootsOf(host.settings);
    const keeper = openKeeper(host, roots, await openReactions(host));
    const ending = new AbortController();
    const signal = AbortSignal.any([host.signal, ending.signal]);
    const watching = watchDevices({ roots, changed: keeper.look });
    const following = follow(host, keeper, signal).catch(() => {});
    return {
      status: keeper.status,
      answer: async call => answer(call, keeper),
      [Symbol.asyncDispose]: async () => {
        ending.abort();
        watching[Symbol.dispose]();
        await Promise.race([following, host.sleep(1000).catch(() => {})]);
        await keeper[Symbol.asyncDispose]();
      },
    };
  },
};

/** Where a container that the agent runs in has the host's directories. @throws SampanError `usage`. */
function rootsOf({ sys, dev, proc, ...others }: Readonly<Record<string, unknown>>): Roots {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new SampanError('usage', `devices.${unknown} is not known: sys, dev, proc`);
  const path = (value: unknown, name: keyof Roots): string => {
    if (value === undefined) return HOST_ROOTS[name];
    if (typeof value === 'string' && value.startsWith('/')) return value;
    throw new SampanError('usage', `devices.${name}: must be an absolute path`);
  };
  return { sys: path(sys, 'sys'), dev: path(dev, 'dev'), proc: path(proc, 'proc') };
}

interface Keeper extends AsyncDisposable {
  look(): void;
  /** A container has started. */
  add(docker: Docker, id: string): Promise<void>;
  /** It has ended; one that was stopped for its device is remembered. */
  end(id: string): void;
  ids(): readonly string[];
  devices(): readonly Device[];
  status(): object;
}

/** What a keeper holds. */
interface Keeping {
  readonly host: AgentHost;
  readonly roots: Roots;
  readonly reactions: Reactions;
  readonly services: Map<string, KeptService>;
  readonly devices: () => readonly Device[];
  readonly keep: (service: KeptService) => void;
}

function openKeeper(host: AgentHost, roots: Roots, reactions: Reactions): Keeper {
  const catalogue = openCatalogue(roots);
  const services = new Map<string, KeptService>();
  let devices = catalogue.read();
  let saving: NodeJS.Timeout | undefined;
  const save = (): void => {
    saving = undefined;
    for (const service of services.values()) attempt(host, () => service.save());
  };
  const keep = (service: KeptService): void => {
    for (const change of service.keep(devices)) {
      tellSlot(host, service, change);
      reactions.react(service, change);
    }
    saving ??= setTimeout(save, SAVE_MS).unref();
  };
  const keeping: Keeping = { host, roots, reactions, services, devices: () => devices, keep };
  const failed = tellFailure(host);
  return {
    look: () => {
      const before = devices;
      devices = catalogue.read();
      const changes = changesOf(before, devices);
      if (changes.length === 0) return;
      // What waits for it comes first.
      for (const service of services.values()) keep(service);
      for (const change of changes) tellChange(host, change);
    },
    add: async (docker, id) => await addContainer(keeping, { docker, id, failed }),
    end: id => {
      if (reactions.stopped().includes(id)) return;
      for (const { containers } of services.values()) containers.delete(id);
    },
    ids: () => [...services.values()].flatMap(({ containers }) => [...containers.keys()]),
    devices: () => devices,
    status: () => statusOf(keeping),
    [Symbol.asyncDispose]: async () => {
      clearTimeout(saving);
      save();
      reactions[Symbol.dispose]();
      for (const service of services.values()) await service[Symbol.asyncDispose]();
    },
  };
}

async function addContainer(
  { host, roots, reactions, services, devices, keep }: Keeping,
  {
    docker,
    id,
    failed,
  }: { readonly docker: Docker; readonly id: string; readonly failed: KeepOptions['failed'] },
): Promise<void> {
  const directory = wishDirectory(await containerDevices(docker, id));
  if (directory === undefined) return;
  const known = services.get(directory);
  const isCurrent = known?.isCurrent() === true;
  // The file was changed, and its containers are new.
  if (!isCurrent) await known?.[Symbol.asyncDispose]();
  const service =
    (isCurrent ? known : undefined) ??
    (await openService(directory, devices(), { proc: roots.proc, now: host.now, failed }));
  if (service === undefined) return void services.delete(directory);
  services.set(directory, service);
  const { pid, name, status } = await containerState(docker, id);
  if (status !== 'running' && !reactions.stopped().includes(id)) return;
  service.containers.set(id, { id, name, pid });
  if (status === 'running') keep(service);
  else await reactions.revive(service);
}

function statusOf({ devices, services, reactions }: Keeping): object {
  return {
    devices: devices().map(({ kind, name, nodes, place }) => ({
      kind,
      name,
      place,
      nodes: nodes.map(({ path }) => path),
    })),
    services: [...services.values()].map(serviceStatus),
    stopped: reactions.stopped(),
  };
}

/** Follows the engine; when it was away, all that runs is looked at anew. */
async function follow(host: AgentHost, keeper: Keeper, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const docker = await host.docker();
      const sinceSeconds = Math.floor(host.now() / 1000) - 1;
      const labels = [LABELS.project];
      const events = engineEvents(docker, { types: ['container'], labels, sinceSeconds, signal });
      const ids = await containerIds(docker, { labels, signal });
      for (const id of keeper.ids()) if (!ids.includes(id)) keeper.end(id);
      for (const id of ids) await keeper.add(docker, id).catch(ignoreGone);
      for await (const { action, id } of events) {
        if (action === 'start') await keeper.add(docker, id).catch(ignoreGone);
        else if (action === 'die' || action === 'destroy') keeper.end(id);
      }
    } catch (error) {
      if (!isSampanError(error)) throw error;
    }
    if (!signal.aborted) await host.sleep(RETRY_MS).catch(() => {});
  }
}

function ignoreGone(error: unknown): void {
  if (!isSampanError(error, 'not-found')) throw error;
}

function attempt(host: AgentHost, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!isSampanError(error)) throw error;
    host.bus.tell({
      from: 'devices',
      kind: 'device.unkept',
      severity: 'warning',
      text: error.message,
      data: {},
    });
  }
}

/** Each failure once: a device that flaps must not fill the log. */
function tellFailure({ bus }: AgentHost): (container: { readonly name: string }, error: Error) => void {
  const told = new Set<string>();
  return ({ name }, { message }) => {
    const text = `${name}: ${message}`;
    if (told.has(text) || told.size > 1000) return;
    told.add(text);
    bus.tell({ from: 'devices', kind: 'device.failed', severity: 'error', text, data: { container: name } });
  };
}

function tellSlot({ bus }: AgentHost, { wish }: KeptService, { action, device, paths }: SlotChange): void {
  const { project, service } = wish();
  const names = paths.join(', ');
  bus.tell({
    from: 'devices',
    kind: action === 'add' ? 'device.given' : 'device.lost',
    severity: action === 'add' ? 'info' : 'warning',
    text:
      action === 'add'
        ? `${service} has ${device.name} as ${names}`
        : `${service} lost ${device.name} (${names})`,
    data: { project, service, device: device.name, paths: names },
  });
}

function tellChange({ bus }: AgentHost, { action, device }: Change): void {
  if (action === 'change') return;
  const verb = action === 'add' ? 'plugged' : 'unplugged';
  const nodes = device.nodes.map(({ path }) => path).join(', ');
  const data = { device: device.name, nodes, place: device.place };
  bus.tell({
    from: 'devices',
    kind: `device.${verb}`,
    severity: 'info',
    text: `${device.name} ${verb}`,
    data,
  });
}

function answer({ method, path }: ModuleCall, keeper: Keeper): ModuleAnswer | undefined {
  return method === 'GET' && path === 'list'
    ? { status: 200, json: { devices: keeper.devices() } }
    : undefined;
}
