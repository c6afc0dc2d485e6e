import type { Limits, Service } from '../../compose/index.ts';

/** What the machine is, as far as defaults depend on it. */
export interface Machine {
  readonly memoryBytes: number;
  /** What the kernel can limit. */
  readonly limits: {
    readonly memory: boolean;
    readonly swap: boolean;
    readonly cpu: boolean;
    readonly cpuset: boolean;
    readonly pids: boolean;
  };
}

/** A service with what is safe on a device where it says nothing. */
export interface Defaulted {
  readonly limits: Limits;
  readonly logging:
    | { readonly driver: string; readonly options: Readonly<Record<string, string>> }
    | undefined;
  readonly hasInit: boolean;
  readonly securityOptions: readonly string[];
  readonly restart: { readonly name: string; readonly maxRetries?: number };
  /** What was filled in, as a file would say it. */
  readonly taken: readonly Taken[];
  /** Each default that was taken, and each limit that the kernel does not hold. */
  readonly notices: readonly string[];
}

/** A default that was taken. */
export interface Taken {
  /** The keys that lead to it: `logging.options.max-size`. */
  readonly name: string;
  readonly value: string;
}

const LOG_OPTIONS = { 'max-size': '10m', 'max-file': '3' } as const;
/** A container that forgets its limits gets half of the memory, and as many processes as a device bears. */
const MEMORY_SHARE = 0.5;
const PIDS = 512;

/** Fills in what a service leaves open. `x-sampan: {defaults: false}` leaves it open. */
export function defaulted(service: Service, machine: Machine): Defaulted {
  const { written, limits } = service;
  const isOn = written['x-sampan']?.defaults ?? true;
  const filling = { taken: [], notices: [] };
  const filled = isOn
    ? {
        limits: withLimits(limits, machine, filling),
        logging: withLogLimits(service, filling),
        hasInit:
          written.init ??
          take(filling, true, {
            notice: 'init: a small first process that reaps children and passes signals',
            taken: { init: 'true' },
          }),
        securityOptions: securityOf(service, filling),
        restart:
          service.restart ??
          take(
            filling,
            { name: 'unless-stopped' },
            { notice: 'restart: unless-stopped', taken: { restart: 'unless-stopped' } },
          ),
      }
    : {
        limits,
        logging: loggingOf(service),
        hasInit: written.init ?? false,
        securityOptions: written.security_opt ?? [],
        restart: service.restart ?? { name: 'no' },
      };
  const { taken, notices } = filling;
  return { ...filled, taken, notices: [...notices, ...unheld(filled.limits, machine)] };
}

/** What is told of the defaults while they are taken. */
interface Filling {
  readonly taken: Taken[];
  readonly notices: string[];
}

function take<T>(
  filling: Filling,
  value: T,
  { notice, taken }: { readonly notice?: string; readonly taken: Readonly<Record<string, string>> },
): T {
  filling.taken.push(...Object.entries(taken).map(([name, text]) => ({ name, value: text })));
  if (notice !== undefined) filling.notices.push(notice);
  return value;
}

function loggingOf({ written: { logging } }: Service): Defaulted['logging'] {
  if (logging === undefined) return undefined;
  const options = [...(logging.options ?? [])].map(([name, value]) => [name, value ?? ''] as const);
  return { driver: logging.driver ?? 'json-file', options: Object.fromEntries(options) };
}

function withLogLimits(service: Service, filling: Filling): Defaulted['logging'] {
  const asked = loggingOf(service);
  const { driver, options } = asked ?? { driver: 'json-file', options: {} };
  if (!['json-file', 'local'].includes(driver) || 'max-size' in options) return asked;
  const missing = Object.entries(LOG_OPTIONS).filter(([name]) => !(name in options));
  const taken = Object.fromEntries(missing.map(([name, value]) => [`logging.options.${name}`, value]));
  const bounded = { driver, options: { ...LOG_OPTIONS, ...options } };
  return asked === undefined
    ? take(filling, bounded, {
        notice: 'logs: at most 3 files of 10 MB',
        taken: { 'logging.driver': driver, ...taken },
      })
    : take(filling, bounded, { taken });
}

function securityOf({ written }: Service, filling: Filling): readonly string[] {
  const asked = written.security_opt ?? [];
  if (written.privileged === true || asked.some(option => option.startsWith('no-new-privileges')))
    return asked;
  const option = 'no-new-privileges:true';
  return take(filling, [...asked, option], {
    notice: 'security: no-new-privileges',
    taken: { security_opt: option },
  });
}

function withLimits(limits: Limits, { memoryBytes }: Machine, filling: Filling): Limits {
  const { memorySwap = -1, memoryReservation = 0 } = limits;
  const share = Math.max(Math.floor((memoryBytes * MEMORY_SHARE) / (1 << 20)) * (1 << 20), memoryReservation);
  // Engines refuse a limit that is above the one of memory and swap together.
  const memory = memorySwap > 0 ? Math.min(share, memorySwap) : share;
  const mebibytes = Math.floor(memory / 2 ** 20);
  const memoryLimit =
    limits.memory === undefined && memory > 0
      ? take(
          filling,
          { memory },
          {
            notice: `mem_limit: ${mebibytes} MiB, half of this machine: give the service its own`,
            taken: { mem_limit: `${mebibytes}m` },
          },
        )
      : {};
  const pidsLimit =
    limits.pids === undefined
      ? take(filling, { pids: PIDS }, { notice: `pids_limit: ${PIDS}`, taken: { pids_limit: `${PIDS}` } })
      : {};
  return { ...limits, ...memoryLimit, ...pidsLimit };
}

/** Limits that are asked for and that this kernel does not hold. */
function unheld(limits: Limits, { limits: held }: Machine): readonly string[] {
  const cases: readonly (readonly [unknown, boolean, string])[] = [
    [
      limits.memory,
      held.memory,
      'mem_limit is not held: the kernel has no memory control group (on a Raspberry Pi, add cgroup_enable=memory to cmdline.txt)',
    ],
    [
      limits.memorySwap,
      held.swap,
      'memswap_limit is not held: the kernel does not account for swap (swapaccount=1)',
    ],
    [limits.cpus, held.cpu, 'cpus is not held: the kernel has no CPU quota'],
    [limits.pids, held.pids, 'pids_limit is not held: the kernel has no pids control group'],
  ];
  return cases.flatMap(([asked, isHeld, text]) => (asked === undefined || isHeld ? [] : [text]));
}
