import {
  bytes,
  bytesOrNone,
  changed,
  decimal,
  duration,
  either,
  filledPairs,
  flag,
  integer,
  listOf,
  mapOf,
  named,
  object,
  oneOf,
  pairs,
  program,
  type Read,
  scalar,
  text,
  texts,
  unused,
  word,
  wrong,
} from '../shape/index.ts';

/** A request for GPUs or other devices by what they can do. */
export interface DeviceRequest {
  readonly driver?: string;
  /** -1 for all. */
  readonly count?: number;
  readonly deviceIds?: readonly string[];
  readonly capabilities: readonly string[];
  readonly options?: ReadonlyMap<string, string | undefined>;
}

const deviceCount: Read<number> = scalar('a number of devices, or all', value => {
  if (value === 'all') return -1;
  return /^\d{1,3}$/.test(value) ? Number(value) : undefined;
});

const deviceRequest: Read<DeviceRequest> = changed(
  object({ driver: word, count: deviceCount, device_ids: texts, capabilities: texts, options: pairs }),
  ({ driver, count, device_ids, capabilities, options }) => ({
    capabilities: capabilities ?? ['gpu'],
    ...(driver === undefined ? {} : { driver }),
    ...(count === undefined ? {} : { count }),
    ...(device_ids === undefined ? {} : { deviceIds: device_ids }),
    ...(options === undefined ? {} : { options }),
  }),
);

/** `gpus` of a service: `all`, or requests. */
export const gpus: Read<readonly DeviceRequest[]> = (node, to) => {
  if (node.kind !== 'scalar') return listOf(deviceRequest)(node, to);
  return oneOf('all')(node, to) === undefined ? undefined : [{ count: -1, capabilities: ['gpu'] }];
};

const reservations = object({
  cpus: unused('engines do not reserve processors; cpu_shares weighs them'),
  memory: bytes,
  pids: unused('engines do not reserve processes'),
  generic_resources: unused('resources without a driver are a matter of Swarm'),
  devices: listOf(deviceRequest),
});

const policy = {
  condition: oneOf('none', 'on-failure', 'any'),
  delay: unused('engines choose the delay themselves, growing from 0.1 s to a minute'),
  max_attempts: integer(),
  window: unused('engines count an attempt as good after 10 s'),
};

/** `deploy` of a service. */
export const deploy = object({
  mode: oneOf('replicated', 'global'),
  replicas: integer(0, 100),
  labels: unused('labels of a Swarm service; give labels to the service itself'),
  resources: object({ limits: object({ cpus: decimal, memory: bytes, pids: integer() }), reservations }),
  restart_policy: object(policy),
  placement: unused('there is one device'),
  endpoint_mode: unused('there is one device'),
  update_config: unused('x-sampan: update says how a service is updated'),
  rollback_config: unused('x-sampan: update says how a service is updated'),
});

/** How the health of a container is asked for. */
export interface HealthCheck {
  /** `['NONE']`, `['CMD', …]` or `['CMD-SHELL', line]`; absent: the image's. */
  readonly test?: readonly string[];
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly startPeriodMs?: number;
  readonly startIntervalMs?: number;
  readonly retries?: number;
}

const healthTest: Read<readonly string[]> = (node, to) => {
  if (node.kind === 'scalar') return ['CMD-SHELL', node.text];
  const list = texts(node, to);
  if (list === undefined) return undefined;
  if (['NONE', 'CMD', 'CMD-SHELL'].includes(list[0] ?? '')) return list;
  to.problems.push({ place: node.place, path: node.path, message: 'must begin with NONE, CMD or CMD-SHELL' });
  return undefined;
};

/** `healthcheck` of a service. */
export const healthcheck: Read<HealthCheck> = changed(
  object({
    disable: flag,
    test: healthTest,
    interval: duration,
    timeout: duration,
    start_period: duration,
    start_interval: duration,
    retries: integer(0, 1000),
  }),
  ({ disable, test, interval, timeout, start_period, start_interval, retries }) => ({
    ...(disable === true ? { test: ['NONE'] } : test === undefined ? {} : { test }),
    ...(interval === undefined ? {} : { intervalMs: interval }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(start_period === undefined ? {} : { startPeriodMs: start_period }),
    ...(start_interval === undefined ? {} : { startIntervalMs: start_interval }),
    ...(retries === undefined ? {} : { retries }),
  }),
);

/** `logging` of a service. */
export const logging = object({ driver: word, options: pairs });

/** `ulimits` of a service: soft and hard limits; -1 for none. */
export const ulimits = mapOf(
  either(
    changed(integer(-1), both => ({ soft: both, hard: both })),
    changed(object({ soft: integer(-1), hard: integer(-1) }), ({ soft, hard }) => {
      const one = soft ?? hard;
      return one === undefined ? undefined : { soft: one, hard: hard ?? one };
    }),
  ),
);

const rates = listOf(
  changed(object({ path: word, rate: bytes }), ({ path, rate }) =>
    path === undefined || rate === undefined ? undefined : { path, rate },
  ),
);

/** `blkio_config` of a service; rates are bytes or operations in a second. */
export const blkio = object({
  weight: integer(10, 1000),
  weight_device: listOf(object({ path: word, weight: integer(10, 1000) })),
  device_read_bps: rates,
  device_write_bps: rates,
  device_read_iops: rates,
  device_write_iops: rates,
});

/** `depends_on` of a service. */
export const dependencies = named(
  changed(
    (node, to) =>
      node.kind === 'scalar' && node.isNull
        ? {}
        : object({
            condition: oneOf('service_started', 'service_healthy', 'service_completed_successfully'),
            restart: flag,
            required: flag,
          })(node, to),
    ({
      condition = 'service_started',
      restart = false,
      required = true,
    }: {
      readonly condition?:
        | 'service_started'
        | 'service_healthy'
        | 'service_completed_successfully'
        | undefined;
      readonly restart?: boolean | undefined;
      readonly required?: boolean | undefined;
    }) => ({ condition, isRestarted: restart, isRequired: required }) as const,
  ),
);

/** A network that a service is in. */
export interface Attachment {
  readonly aliases?: readonly string[];
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly linkLocal?: readonly string[];
  readonly mac?: string;
  readonly interfaceName?: string;
  /** The one with the highest number is connected first. */
  readonly priority?: number;
  readonly driverOptions?: ReadonlyMap<string, string>;
}

const attachment = object({
  aliases: texts,
  ipv4_address: word,
  ipv6_address: word,
  link_local_ips: texts,
  mac_address: word,
  interface_name: word,
  driver_opts: filledPairs,
  gw_priority: unused('no engine of the API up to 1.47 takes it; networks: priority says which is first'),
  priority: integer(-1000, 1000),
});

/** `networks` of a service. */
export const attachments: Read<ReadonlyMap<string, Attachment>> = named(
  changed(
    (node, to) => (node.kind === 'scalar' && node.isNull ? {} : attachment(node, to)),
    (value: Partial<Record<string, unknown>>) => attachmentOf(value),
  ),
);

function attachmentOf(value: Partial<Record<string, unknown>>): Attachment {
  const names = {
    aliases: 'aliases',
    ipv4_address: 'ipv4',
    ipv6_address: 'ipv6',
    link_local_ips: 'linkLocal',
    mac_address: 'mac',
    interface_name: 'interfaceName',
    priority: 'priority',
    driver_opts: 'driverOptions',
  };
  const found = Object.entries(names).flatMap(([key, name]) =>
    value[key] === undefined ? [] : [[name, value[key]]],
  );
  return Object.fromEntries(found);
}

/** `memswap_limit`: bytes, or -1 for no limit. */
export const swapLimit: Read<number> = bytesOrNone;

/** A command that runs in a container after its start, or before its stop. */
export interface Hook {
  readonly command: readonly string[];
  readonly user?: string;
  readonly isPrivileged: boolean;
  readonly workingDirectory?: string;
  readonly environment: readonly string[];
}

/** `post_start` and `pre_stop` of a service. */
export const hooks: Read<readonly Hook[]> = listOf(
  changed(
    object({
      command: program,
      user: text,
      privileged: flag,
      working_dir: text,
      environment: pairs,
      per_replica: unused('each container runs its own'),
    }),
    ({ command = [], user, privileged = false, working_dir, environment = new Map() }, node, to) =>
      command.length === 0
        ? wrong(to, node, 'needs a command')
        : {
            command,
            isPrivileged: privileged,
            environment: [...environment].map(([name, value]) => `${name}=${value ?? ''}`),
            ...(user === undefined ? {} : { user }),
            ...(working_dir === undefined ? {} : { workingDirectory: working_dir }),
          },
  ),
);
