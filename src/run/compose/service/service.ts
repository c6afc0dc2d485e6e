import {
  bytes,
  changed,
  decimal,
  duration,
  filledPairs,
  flag,
  integer,
  listOf,
  microseconds,
  type Of,
  object,
  oneOf,
  pairs,
  program,
  type Read,
  scalar,
  text,
  texts,
  unsupported,
  unused,
  word,
} from '../shape/index.ts';
import { devices, extension } from './devices.ts';
import { envFiles, fileGrants, mounts, tmpfsMounts } from './mounts.ts';
import { exposed, ports } from './ports.ts';
import {
  attachments,
  blkio,
  dependencies,
  deploy,
  gpus,
  healthcheck,
  hooks,
  logging,
  swapLimit,
  ulimits,
} from './resources.ts';

/** When a container is started again. */
export interface RestartPolicy {
  readonly name: 'no' | 'always' | 'on-failure' | 'unless-stopped';
  readonly maxRetries?: number;
}

const restart: Read<RestartPolicy> = scalar('no, always, unless-stopped or on-failure[:N]', value => {
  const match = /^(?:(no|always|unless-stopped)|on-failure(?::(\d{1,6}))?)$/.exec(
    value === 'false' ? 'no' : value,
  );
  if (match === null) return undefined;
  const [, name, retries] = match;
  if (name === 'no' || name === 'always' || name === 'unless-stopped') return { name };
  return { name: 'on-failure', ...(retries === undefined ? {} : { maxRetries: Number(retries) }) };
});

const hostsMap: Read<ReadonlyMap<string, readonly string[]>> = changed(pairs, (values, node) => {
  const found = new Map([...values].map(([name, address]) => [name, [address ?? '']]));
  if (node.kind !== 'map') return found;
  for (const { key, value } of node.entries)
    if (value.kind === 'list')
      found.set(
        key,
        value.items.flatMap(item => (item.kind === 'scalar' ? item.text : [])),
      );
  return found;
});

const pullPolicy: Read<string> = scalar('always, never, missing, daily, weekly or every_TIME', value =>
  /^(always|never|missing|if_not_present|daily|weekly|every_(\d{1,6}(s|m|h|d|w))+)$/.test(value)
    ? value
    : undefined,
);

const cpuset: Read<string> = scalar('a set of processors such as 0-2,4', value =>
  /^\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*$/.test(value) ? value : undefined,
);

/** Every key of a service. (Compose Specification, "Services top-level element") */
export const SERVICE = {
  annotations: filledPairs,
  attach: unused('up does not attach to containers'),
  blkio_config: blkio,
  build: unused('images are not built on the device: image names what runs'),
  cap_add: texts,
  cap_drop: texts,
  cgroup: oneOf('host', 'private'),
  cgroup_parent: word,
  command: program,
  configs: fileGrants,
  container_name: word,
  cpu_count: unused('it is a setting of Windows'),
  cpu_percent: unused('it is a setting of Windows'),
  cpu_period: microseconds,
  cpu_quota: microseconds,
  cpu_rt_period: microseconds,
  cpu_rt_runtime: microseconds,
  cpu_shares: integer(),
  cpus: decimal,
  cpuset,
  credential_spec: unsupported('it is a setting of Windows'),
  depends_on: dependencies,
  deploy,
  develop: unused('nothing is developed on the device'),
  device_cgroup_rules: listOf(
    scalar('a rule such as c 188:* rmw', value =>
      /^[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}$/.test(value) ? value : undefined,
    ),
  ),
  devices,
  dns: texts,
  dns_opt: texts,
  dns_search: texts,
  domainname: word,
  entrypoint: program,
  env_file: envFiles,
  environment: pairs,
  expose: exposed,
  extends: () => undefined,
  external_links: unsupported('links to containers of other projects', 'put both into one external network'),
  extra_hosts: hostsMap,
  gpus,
  group_add: texts,
  healthcheck,
  hostname: word,
  image: word,
  init: flag,
  ipc: word,
  isolation: unsupported('it is a setting of Windows'),
  label_file: envFiles,
  labels: filledPairs,
  links: unsupported(
    'links between containers',
    'services reach each other by their names; networks: has aliases',
  ),
  logging,
  mac_address: word,
  mem_limit: bytes,
  mem_reservation: bytes,
  mem_swappiness: integer(0, 100),
  memswap_limit: swapLimit,
  models: unsupported('models that the engine runs'),
  network_mode: word,
  networks: attachments,
  oom_kill_disable: flag,
  oom_score_adj: integer(-1000, 1000),
  pid: word,
  pids_limit: integer(-1),
  platform: word,
  ports,
  post_start: hooks,
  pre_stop: hooks,
  privileged: flag,
  profiles: texts,
  provider: unsupported('services that a program outside provides'),
  pull_policy: pullPolicy,
  pull_refresh_after: unused('images are pulled when asked for'),
  read_only: flag,
  restart,
  runtime: word,
  scale: integer(0, 100),
  secrets: fileGrants,
  security_opt: texts,
  shm_size: bytes,
  stdin_open: flag,
  stop_grace_period: duration,
  stop_signal: word,
  storage_opt: filledPairs,
  sysctls: filledPairs,
  tmpfs: tmpfsMounts,
  tty: flag,
  ulimits,
  use_api_socket: unsupported(
    'the socket of the engine in a container',
    'it is all of the device; x-sampan: allow has engine',
  ),
  user: text,
  userns_mode: word,
  uts: oneOf('host'),
  volumes: mounts,
  volumes_from: unsupported('the volumes of another container', 'name the volumes of both under volumes'),
  working_dir: word,
  'x-sampan': extension,
};

/** A service as the file says it. */
export type WrittenService = Of<typeof SERVICE>;

/** Reads one service. */
export const service: Read<WrittenService> = object(SERVICE);
