import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { readProject, SERVICE } from '../../compose/index.ts';
import { wantedOf } from './wanted.ts';

const MACHINE = {
  memoryBytes: 1 << 30,
  limits: { memory: true, swap: true, cpu: true, cpuset: true, pids: true },
};

/** What a container of a service is made of, and what was said about the service. */
function made(service: string): { readonly body: string; readonly notices: readonly string[] } {
  const project = readProject(['/site/compose.yaml'], {
    files: {
      read: path => {
        if (path.endsWith('compose.yaml'))
          return `services:\n  app: {image: app, ${service}}\n  db: {image: db}\nnetworks: {back: {}}\nvolumes: {data: {}}\nconfigs: {c: {file: ./c}}\nsecrets: {s: {file: ./s}}\n`;
        return path.endsWith('.json') ? '{"defaultAction": "SCMP_ACT_ALLOW"}' : 'FROM_FILE=1\n';
      },
      real: path => path,
    },
    variables: () => undefined,
    home: '/root',
    profiles: ['*'],
  });
  const wanted = wantedOf(project, {
    machine: MACHINE,
    filesOf: ({ files }) =>
      files.map(({ target, file = '' }) => ({ type: 'bind', source: file, target, isReadOnly: true })),
    editsOf: ({ written }) => ({
      devices: [],
      deviceRules: [],
      groups: [],
      mounts: [],
      environment: {},
      requests: written.gpus ?? written.deploy?.resources?.reservations?.devices ?? [],
      dropsMknod: false,
    }),
  });
  const app = wanted.services.get('app');
  const { body, ...rest } = app?.containers[0] ?? {};
  return {
    body: JSON.stringify({ ...body?.(() => 'ID'), ...rest, hash: '', all: app?.containers.length }),
    notices: project.notices.map(({ message }) => message),
  };
}

/** A value of each key, and what of it an engine must be told. Where nothing stands, a notice must. */
const CASES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  annotations: ['annotations: {a: b}', '"Annotations":{"a":"b"}'],
  attach: ['attach: false'],
  blkio_config: [
    'blkio_config: {weight: 300, device_read_bps: [{path: /dev/sda, rate: 1m}]}',
    '"BlkioWeight":300',
    '"BlkioDeviceReadBps":[{"Path":"/dev/sda","Rate":1048576}]',
  ],
  build: ['build: .'],
  cap_add: ['cap_add: [NET_ADMIN]', '"CapAdd":["NET_ADMIN"]'],
  cap_drop: ['cap_drop: [ALL]', '"CapDrop":["ALL"]'],
  cgroup: ['cgroup: private', '"CgroupnsMode":"private"'],
  cgroup_parent: ['cgroup_parent: /x', '"CgroupParent":"/x"'],
  command: ['command: a "b c"', '"Cmd":["a","b c"]'],
  configs: ['configs: [c]', '"Source":"/site/c","Target":"/c"'],
  container_name: ['container_name: one', '"name":"one"'],
  cpu_count: ['cpu_count: 1'],
  cpu_percent: ['cpu_percent: 1'],
  cpu_period: ['cpu_period: 50000', '"CpuPeriod":50000'],
  cpu_quota: ['cpu_quota: 25ms', '"CpuQuota":25000'],
  cpu_rt_period: ['cpu_rt_period: 1400us', '"CpuRealtimePeriod":1400'],
  cpu_rt_runtime: ['cpu_rt_runtime: 95000', '"CpuRealtimeRuntime":95000'],
  cpu_shares: ['cpu_shares: 73', '"CpuShares":73'],
  cpus: ['cpus: 1.5', '"NanoCpus":1500000000'],
  cpuset: ['cpuset: 0-1', '"CpusetCpus":"0-1"'],
  depends_on: ['depends_on: [db]', '"com.docker.compose.depends_on":"db:service_started:false"'],
  deploy: ['deploy: {replicas: 2, resources: {limits: {memory: 64m}}}', '"Memory":67108864', '"all":2'],
  develop: ['develop: {}'],
  device_cgroup_rules: ['device_cgroup_rules: ["c 188:* rmw"]', '"DeviceCgroupRules":["c 188:* rmw"]'],
  devices: [
    'devices: [/dev/null:/dev/x:r]',
    '{"PathOnHost":"/dev/null","PathInContainer":"/dev/x","CgroupPermissions":"r"}',
  ],
  dns: ['dns: 9.9.9.9', '"Dns":["9.9.9.9"]'],
  dns_opt: ['dns_opt: [rotate]', '"DnsOptions":["rotate"]'],
  dns_search: ['dns_search: [lan]', '"DnsSearch":["lan"]'],
  domainname: ['domainname: lan', '"Domainname":"lan"'],
  entrypoint: ['entrypoint: []', '"Entrypoint":[]'],
  env_file: ['env_file: a.env', '"FROM_FILE=1"'],
  environment: ['environment: {A: 1}', '"A=1"'],
  expose: ['expose: [8000-8001/udp]', '"8000/udp":{}', '"8001/udp":{}'],
  extends: ['extends: {service: db}', '"Image":"app"'],
  extra_hosts: ['extra_hosts: ["h:10.0.0.1"]', '"ExtraHosts":["h:10.0.0.1"]'],
  gpus: ['gpus: all', '"DeviceRequests":[{"Count":-1,"Capabilities":[["gpu"]]}]'],
  group_add: ['group_add: [20]', '"GroupAdd":["20"]'],
  healthcheck: [
    'healthcheck: {test: x, interval: 1s, timeout: 0s, retries: 0, start_interval: 1.5us}',
    '"Healthcheck":{"Test":["CMD-SHELL","x"],"Interval":1000000000,"Timeout":0,"StartInterval":1500,"Retries":0}',
  ],
  hostname: ['hostname: h', '"Hostname":"h"'],
  image: ['x-a: 1', '"Image":"app"'],
  init: ['init: false', '"Init":false'],
  ipc: ['ipc: shareable', '"IpcMode":"shareable"'],
  label_file: ['label_file: a.labels', '"FROM_FILE":"1"'],
  labels: ['labels: [a=b]', '"a":"b"'],
  logging: [
    'logging: {driver: local, options: {max-file: "2"}}',
    '"LogConfig":{"Type":"local","Config":{"max-size":"10m","max-file":"2"}}',
  ],
  mac_address: ['mac_address: "02:42:ac:11:00:02"', '"MacAddress":"02:42:ac:11:00:02"'],
  mem_limit: ['mem_limit: 64m', '"Memory":67108864'],
  mem_reservation: ['mem_reservation: 32m', '"MemoryReservation":33554432'],
  mem_swappiness: ['mem_swappiness: 0', '"MemorySwappiness":0'],
  memswap_limit: ['memswap_limit: -1', '"MemorySwap":-1'],
  network_mode: ['network_mode: "service:db"', '"NetworkMode":"container:ID"', '"io.sampan.shares"'],
  networks: [
    'networks: {back: {aliases: [x], ipv4_address: 10.9.0.2, driver_opts: {a: b}}}',
    '"EndpointsConfig":{"site_back":{"Aliases":["app","x"],"IPAMConfig":{"IPv4Address":"10.9.0.2"},"DriverOpts":{"a":"b"}}}',
  ],
  oom_kill_disable: ['oom_kill_disable: true', '"OomKillDisable":true'],
  oom_score_adj: ['oom_score_adj: 100', '"OomScoreAdj":100'],
  pid: ['pid: host', '"PidMode":"host"'],
  pids_limit: ['pids_limit: 9', '"PidsLimit":9'],
  platform: ['platform: linux/arm64', '"platform":"linux/arm64"'],
  ports: [
    'ports: ["127.0.0.1:80:8080", {target: 90, published: 9000-9005, protocol: udp}]',
    '"8080/tcp":[{"HostIp":"127.0.0.1","HostPort":"80"}]',
    '"90/udp":[{"HostIp":"","HostPort":"9000-9005"}]',
  ],
  post_start: ['post_start: [{command: a b, user: root}]', '"postStart":[{"command":["a","b"]'],
  pre_stop: ['pre_stop: [{command: [x], environment: {A: 1}}]', '"preStop":[{"command":["x"]'],
  privileged: ['privileged: true, x-sampan: {allow: {privileged: test}}', '"Privileged":true'],
  profiles: ['profiles: [p]', '"Image":"app"'],
  pull_policy: ['pull_policy: never', '"Image":"app"'],
  pull_refresh_after: ['pull_refresh_after: 1d'],
  read_only: ['read_only: true', '"ReadonlyRootfs":true'],
  restart: ['restart: on-failure:3', '"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":3}'],
  runtime: ['runtime: runc', '"Runtime":"runc"'],
  scale: ['scale: 0', '"all":0'],
  secrets: ['secrets: [s]', '"Source":"/site/s","Target":"/run/secrets/s"'],
  security_opt: ['security_opt: ["seccomp:p.json"]', 'seccomp={\\"defaultAction\\":\\"SCMP_ACT_ALLOW\\"}'],
  shm_size: ['shm_size: 1m', '"ShmSize":1048576'],
  stdin_open: ['stdin_open: true', '"OpenStdin":true'],
  stop_grace_period: ['stop_grace_period: 0s', '"StopTimeout":0'],
  stop_signal: ['stop_signal: SIGINT', '"StopSignal":"SIGINT"'],
  storage_opt: ['storage_opt: {size: 1g}', '"StorageOpt":{"size":"1g"}'],
  sysctls: ['sysctls: [net.core.somaxconn=9]', '"Sysctls":{"net.core.somaxconn":"9"}'],
  tmpfs: ['tmpfs: "/run:size=1m,mode=1777,noexec"', '"Tmpfs":{"/run":"size=1m,mode=1777,noexec"}'],
  tty: ['tty: true', '"Tty":true'],
  ulimits: ['ulimits: {nofile: {hard: 9}}', '"Ulimits":[{"Name":"nofile","Soft":9,"Hard":9}]'],
  user: ['user: "1:2"', '"User":"1:2"'],
  userns_mode: ['userns_mode: host', '"UsernsMode":"host"'],
  uts: ['uts: host', '"UTSMode":"host"'],
  volumes: [
    'volumes: [{type: bind, source: ./b, target: /b, read_only: true, bind: {recursive: readonly}}, ./d:/d:ro, data:/data]',
    '"BindOptions":{"ReadOnlyForceRecursive":true,"CreateMountpoint":true}',
    '"Binds":["/site/d:/d:ro"]',
    '"Source":"site_data"',
  ],
  working_dir: ['working_dir: /w', '"WorkingDir":"/w"'],
  'x-sampan': ['x-sampan: {update: {lock: /l}}', '"lock":"/l"'],
};

/** Keys that are refused, each told in the test of the reader. */
const REFUSED = [
  'credential_spec',
  'external_links',
  'isolation',
  'links',
  'models',
  'provider',
  'use_api_socket',
  'volumes_from',
];

test('every key of a service reaches the engine, or is said not to', () => {
  deepEqual([...Object.keys(CASES), ...REFUSED].sort(), Object.keys(SERVICE).sort());
  for (const [key, [written, ...wanted]] of Object.entries(CASES)) {
    const { body, notices } = made(written);
    for (const part of wanted) ok(body.includes(part), `${key}: ${part} is not in ${body}`);
    if (wanted.length === 0) equal(notices.length, 1, key);
  }
});
