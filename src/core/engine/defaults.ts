/** The search path that Docker gives to a container whose image sets none. */
export const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The capabilities that Docker leaves to a container, without `CAP_`. */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

/** The paths that Docker hides from a container. */
export const MASKED_PATHS: readonly string[] = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

/** The paths that Docker lets a container only read. */
export const READ_ONLY_PATHS: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
];

/** How much of each output stream is kept. */
export const OUTPUT_LIMIT = 1024 * 1024;

/** The default set with some added and some dropped; names with or without `CAP_`, `ALL` for every one of `all`. */
export function chooseCapabilities(
  change: { readonly add: readonly string[]; readonly drop: readonly string[] },
  all: readonly string[],
): readonly string[] {
  const add = change.add.map(plainCapability);
  const drop = change.drop.map(plainCapability);
  const base = drop.includes('ALL') ? [] : add.includes('ALL') ? all : DEFAULT_CAPABILITIES;
  const chosen = new Set([...base, ...add.filter(name => name !== 'ALL')]);
  for (const name of drop) chosen.delete(name);
  return [...chosen].sort();
}

/** The environment with what Docker adds where it is missing. */
export function completeEnvironment(
  env: readonly string[],
  given: { readonly hostname: string; readonly home: string },
): readonly string[] {
  const has = (name: string) => env.some(one => one.startsWith(`${name}=`));
  const added = [
    ...(has('PATH') ? [] : [DEFAULT_PATH]),
    ...(has('HOSTNAME') ? [] : [`HOSTNAME=${given.hostname}`]),
  ];
  return [...added, ...env, ...(has('HOME') ? [] : [`HOME=${given.home}`])];
}

function plainCapability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}
