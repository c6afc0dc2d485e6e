import { digestOf } from '../../../core/bytes/index.ts';
import type { Attachment, Mount, Network, Project, Service } from '../../compose/index.ts';
import { containerBody } from './body.ts';
import { type Defaulted, defaulted, type Machine } from './defaults.ts';
import { type ContainerEdits, NO_EDITS } from './edits.ts';
import { COMPOSE_VERSION, LABELS } from './labels.ts';
import { defined, type Json } from './options.ts';

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

function projectLabels({ name }: Project): Json {
  return { [LABELS.project]: name, [LABELS.version]: COMPOSE_VERSION };
}

function networkBody(project: Project, key: string, network: Network): Json {
  return defined({
    Name: network.name,
    CheckDuplicate: true,
    Driver: network.driver,
    Internal: network.isInternal,
    Attachable: network.isAttachable,
    EnableIPv6: network.hasIpv6,
    Options: Object.fromEntries(network.options),
    IPAM:
      network.ipam.length === 0
        ? undefined
        : {
            Config: network.ipam.map(({ subnet, gateway, ipRange }) =>
              defined({ Subnet: subnet, Gateway: gateway, IPRange: ipRange }),
            ),
          },
    Labels: { ...Object.fromEntries(network.labels), ...projectLabels(project), [LABELS.network]: key },
  });
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
  const { project, defaults, editsOf = () => NO_EDITS, filesOf = () => [] } = context;
  const name = service.written.container_name ?? `${project.name}-${service.name}-${number}`;
  const [first, ...others] = endpointsOf(service, project);
  const files = filesOf(service);
  const base = { service, defaults, files };
  const plain = containerBody({ ...base, edits: NO_EDITS, labels: {}, shared: mode => mode });
  const hash = digestOf(
    canonical({
      plain,
      first,
      others,
      devices: service.written['x-sampan']?.devices,
      gpus: service.written.gpus,
      name,
    }),
  ).slice('sha256:'.length);
  const labels = labelsOf(service, { project, number, hash });
  const body: WantedContainer['body'] = idOf => {
    const shared = (mode: string | undefined): string | undefined => sharedMode(mode, idOf);
    const made = containerBody({ ...base, edits: editsOf(service), labels, shared });
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
  };
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

function endpointsOf(
  service: Service,
  project: Project,
): readonly { readonly network: string; readonly endpoint: Json }[] {
  const byPriority = [...service.networks].sort(([, a], [, b]) => (b.priority ?? 0) - (a.priority ?? 0));
  return byPriority.map(([key, attachment]) => ({
    network: project.networks.get(key)?.name ?? key,
    endpoint: endpointOf(service, attachment),
  }));
}

function endpointOf(
  service: Service,
  { aliases = [], ipv4, ipv6, linkLocal, mac, interfaceName }: Attachment,
): Json {
  const hasAddress = ipv4 !== undefined || ipv6 !== undefined || linkLocal !== undefined;
  return defined({
    Aliases: [service.name, ...aliases],
    IPAMConfig: hasAddress
      ? defined({ IPv4Address: ipv4, IPv6Address: ipv6, LinkLocalIPs: linkLocal })
      : undefined,
    MacAddress: mac ?? service.written.mac_address,
    DriverOpts: interfaceName && { 'com.docker.network.endpoint.ifname': interfaceName },
  });
}

function labelsOf(
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
function restartLabel({ written }: Service): Readonly<Record<string, string>> {
  const rule = written['x-sampan']?.restart;
  if (rule === undefined) return {};
  const { onUnhealthy, limit, window: windowMs, delay: delayMs, maxDelay: maxDelayMs } = rule;
  return { [LABELS.restart]: JSON.stringify({ onUnhealthy, limit, windowMs, delayMs, maxDelayMs }) };
}

function logsLabel({ written }: Service): Readonly<Record<string, string>> {
  const rule = written['x-sampan']?.logs;
  return rule === undefined ? {} : { [LABELS.logs]: JSON.stringify(rule) };
}

function updateOf({ written: { 'x-sampan': more, ports = [] } }: Service): UpdatePolicy {
  const { strategy = 'download-then-kill', healthTimeout, rollback, lock } = more?.update ?? {};
  const takesPort = ports.some(({ published }) => published !== undefined);
  return {
    // Two containers cannot have one port of the host.
    strategy: strategy === 'hand-over' && takesPort ? 'download-then-kill' : strategy,
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
