import { basename } from 'node:path';
import { digestOf } from '../../../core/bytes/index.ts';
import { type Hook, holdsFixedThing, type Mount, type Project, type Service } from '../../compose/index.ts';
import { containerBody } from './body.ts';
import { type Defaulted, defaulted, type Machine } from './defaults.ts';
import { type ContainerEdits, NO_EDITS } from './edits.ts';
import { LABELS } from './labels.ts';
import { endpointsOf, networkBody } from './networks.ts';
import { type BodyOptions, defined, type Json } from './options.ts';
import { labelsOf, logsLabel, projectLabels, restartLabel } from './stamps.ts';

/** How a service is updated, as balena names the ways. */
export type Strategy = 'download-then-kill' | 'kill-then-download' | 'delete-then-download' | 'hand-over';

/** A container that must be. */
export interface WantedContainer {
  readonly service: string;
  readonly number: number;
  readonly name: string;
  readonly image: string;
  /** Changes with everything that needs a new container; not with the image behind a tag, nor with device nodes. */
  readonly hash: string;
  /** The body of its creation, given the IDs of the containers whose namespaces it shares. */
  body(idOf: (service: string) => string | undefined): Json;
  /** Networks to join after its creation; the first one is in the body. */
  readonly joins: readonly { readonly network: string; readonly endpoint: Json }[];
  readonly graceMs: number;
  readonly update: UpdatePolicy;
  /** Services whose namespaces it shares: it cannot outlive their containers. */
  readonly shares: readonly string[];
  /** What runs in it after each start, and before each stop. */
  readonly hooks: { readonly postStart: readonly Hook[]; readonly preStop: readonly Hook[] };
  readonly platform: string | undefined;
  /** When it is started again by the engine itself. */
  readonly restart: string;
  /** Why one that has ended is not started now: a device that it must not be without is away. */
  readonly waitsFor: string | undefined;
}

/** How a new version takes over. */
export interface UpdatePolicy {
  readonly strategy: Strategy;
  /** How long the new one may take to be healthy. */
  readonly healthTimeoutMs: number;
  readonly rollsBack: boolean;
  /** A path in the container: while it is there, the container is not replaced. */
  readonly lock: string | undefined;
}

/** A service with its containers. */
export interface WantedService {
  readonly service: Service;
  readonly containers: readonly WantedContainer[];
  readonly defaults: Defaulted;
}

/** All that must be. */
export interface Wanted {
  readonly project: Project;
  readonly services: ReadonlyMap<string, WantedService>;
  /** Bodies of `POST /networks/create`, by full names; external ones have none. */
  readonly networks: ReadonlyMap<string, Json | undefined>;
  /** Bodies of `POST /volumes/create`. */
  readonly volumes: ReadonlyMap<string, Json | undefined>;
}

/** What a wanted state is made of besides the file. */
export interface WantedOptions {
  readonly machine: Machine;
  readonly editsOf?: (service: Service) => ContainerEdits;
  /** What of its edits is part of the hash: mounts of a driver that may be replaced. */
  readonly stampOf?: (service: Service) => string | undefined;
  /** Why containers of a service that have ended wait. */
  readonly waitsFor?: (service: Service) => string | undefined;
  /** Where files of configurations and secrets are on the host. */
  readonly filesOf?: (service: Service) => readonly Mount[];
}

const GRACE_MS = 10_000;
const HEALTH_TIMEOUT_MS = 120_000;

/** What a project asks of an engine. Pure. */
export function wantedOf(project: Project, options: WantedOptions): Wanted {
  const services = [...project.services.values()].map(
    service => [service.name, serviceOf(service, project, options)] as const,
  );
  const usedVolumes = new Set(
    [...project.services.values()].flatMap(({ mounts }) =>
      mounts.flatMap(({ type, source }) => (type === 'volume' && source !== undefined ? [source] : [])),
    ),
  );
  const networks = [...project.networks].map(
    ([key, network]) =>
      [network.name, network.isExternal ? undefined : networkBody(project, key, network)] as const,
  );
  const volumes = [...project.volumes]
    .filter(([, { name }]) => usedVolumes.has(name))
    .map(([key, volume]) => {
      const labels = {
        ...Object.fromEntries(volume.labels),
        ...projectLabels(project),
        [LABELS.volume]: key,
      };
      const body = defined({
        Name: volume.name,
        Driver: volume.driver,
        DriverOpts: Object.fromEntries(volume.options),
        Labels: labels,
      });
      return [volume.name, volume.isExternal ? undefined : body] as const;
    });
  return { project, services: new Map(services), networks: new Map(networks), volumes: new Map(volumes) };
}

function serviceOf(service: Service, project: Project, options: WantedOptions): WantedService {
  const defaults = defaulted(service, options.machine);
  const containers = Array.from({ length: service.scale }, (_, index) =>
    containerOf(service, index + 1, { project, defaults, ...options }),
  );
  return { service, defaults, containers };
}

interface Context extends WantedOptions {
  readonly project: Project;
  readonly defaults: Defaulted;
}

function containerOf(service: Service, number: number, context: Context): WantedContainer {
  const { project, defaults, editsOf = () => NO_EDITS, filesOf = () => [], stampOf, waitsFor } = context;
  const name = service.written.container_name ?? `${project.name}-${service.name}-${number}`;
  const [first, ...others] = endpointsOf(service, project);
  const base = { service, defaults, files: filesOf(service) };
  const plain = hashedBody(base);
  const { post_start: postStart = [], pre_stop: preStop = [] } = service.written;
  const hash = digestOf(
    canonical({
      plain,
      first,
      others,
      rules: { ...restartLabel(service), ...logsLabel(service) },
      ...deviceWishes(service),
      stamp: stampOf?.(service),
      name,
    }),
  ).slice('sha256:'.length);
  const labels = labelsOf(service, { project, number, hash });
  const shares = sharedServices(service);
  const body: WantedContainer['body'] = idOf => {
    const shared = (mode: string | undefined): string | undefined => sharedMode(mode, idOf);
    const ids = shares.map(other => [other, idOf(other)] as const);
    const sharing = shares.length === 0 ? {} : { [LABELS.shares]: JSON.stringify(Object.fromEntries(ids)) };
    const made = containerBody({
      ...base,
      edits: editsOf(service),
      labels: { ...labels, ...sharing },
      shared,
    });
    return first === undefined ? made : withNetwork(made, first);
  };
  const graceMs = service.written.stop_grace_period ?? GRACE_MS;
  return {
    service: service.name,
    number,
    name,
    image: service.image,
    hash,
    body,
    joins: others,
    graceMs,
    update: updateOf(service),
    shares,
    hooks: { postStart, preStop },
    platform: service.written.platform,
    restart: defaults.restart.name,
    waitsFor: waitsFor?.(service),
  };
}

/** What a service asks of devices; absent values leave the hash as it was. */
function deviceWishes({ written: { devices = [], gpus, deploy, 'x-sampan': more } }: Service): object {
  const cdi = devices.flatMap(device => ('cdi' in device ? [device.cdi] : []));
  const reserved = deploy?.resources?.reservations?.devices;
  return { devices: more?.devices, gpus, reserved, cdi: cdi.length === 0 ? undefined : cdi };
}

/** Without what only the machine decides: a new kernel counts a little less memory, and replaces nothing. */
function hashedBody({ service, defaults, files }: Pick<BodyOptions, 'service' | 'defaults' | 'files'>): Json {
  const { memory: _, ...limits } = defaults.limits;
  const { memory } = service.limits;
  return containerBody({
    service,
    defaults: { ...defaults, limits: { ...limits, ...(memory === undefined ? {} : { memory }) } },
    // The end of the path names the version; where it lies differs from user to user.
    files: files.map(file => ({ ...file, source: basename(file.source ?? '') })),
    edits: NO_EDITS,
    labels: {},
    shared: mode => mode,
  });
}

function sharedServices({ written: { network_mode, ipc, pid } }: Service): readonly string[] {
  const names = [network_mode, ipc, pid].flatMap(mode =>
    mode?.startsWith('service:') === true ? [mode.slice('service:'.length)] : [],
  );
  return [...new Set(names)];
}

function withNetwork(
  body: Json,
  { network, endpoint }: { readonly network: string; readonly endpoint: Json },
): Json {
  const host = typeof body.HostConfig === 'object' ? body.HostConfig : {};
  return {
    ...body,
    HostConfig: { ...host, NetworkMode: network },
    NetworkingConfig: { EndpointsConfig: { [network]: endpoint } },
  };
}

function sharedMode(
  mode: string | undefined,
  idOf: (service: string) => string | undefined,
): string | undefined {
  if (mode?.startsWith('service:') !== true) return mode;
  const id = idOf(mode.slice('service:'.length));
  return id === undefined ? mode : `container:${id}`;
}

function updateOf(service: Service): UpdatePolicy {
  const {
    strategy = 'download-then-kill',
    healthTimeout,
    rollback,
    lock,
  } = service.written['x-sampan']?.update ?? {};
  const isApart = strategy === 'hand-over' && holdsFixedThing(service) !== undefined;
  return {
    strategy: isApart ? 'download-then-kill' : strategy,
    healthTimeoutMs: healthTimeout ?? HEALTH_TIMEOUT_MS,
    rollsBack: rollback ?? true,
    lock,
  };
}

/** JSON with sorted keys, so that equal things have equal hashes. */
function canonical(value: unknown): Buffer {
  const sorted = (_: string, one: unknown): unknown => {
    if (one instanceof Map)
      return Object.fromEntries([...one].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return Buffer.from(JSON.stringify(value, sorted));
}
