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
  /** Each default that was taken, and each limit that the kernel does not hold. */
  readonly notices: readonly string[];
}

const LOG_OPTIONS = { 'max-size': '10m', 'max-file': '3' } as const;
/** A container that forgets its limits gets half of the memory, and as many processes as a device bears. */
const MEMORY_SHARE = 0.5;
const PIDS = 512;

/** Fills in what a service leaves open. `x-sampan: {defaults: false}` leaves it open. */
export function defaulted(service: Service, machine: Machine): Defaulted {
  const { written, limits } = service;
  const isOn = written['x-sampan']?.defaults ?? true;
  const notices: string[] = [];
  const take = <T>(asked: T | undefined, value: T, what: string): T => {
    if (asked !== undefined) return asked;
    notices.push(what);
    return value;
  };
  const taken = isOn
    ? {
        limits: withLimits(limits, machine, notices),
        logging:
          loggingOf(service) ??
          take(undefined, { driver: 'json-file', options: LOG_OPTIONS }, 'logs: at most 3 files of 10 MB'),
        hasInit: take(
          written.init,
          true,
          'init: a small first process that reaps children and passes signals',
        ),
        securityOptions: securityOf(service, notices),
        restart: take(service.restart, { name: 'unless-stopped' }, 'restart: unless-stopped'),
      }
    : {
        limits,
        logging: loggingOf(service),
        hasInit: written.init ?? false,
        securityOptions: written.security_opt ?? [],
        restart: service.restart ?? { name: 'no' },
      };
  return { ...taken, notices: [...notices, ...unheld(taken.limits, machine)] };
}

function loggingOf({ written: { logging } }: Service): Defaulted['logging'] {
  if (logging === undefined) return undefined;
  const driver = logging.driver ?? 'json-file';
  const options = Object.fromEntries(
    [...(logging.options ?? [])].map(([name, value]) => [name, value ?? '']),
  );
  const isBounded = !['json-file', 'local'].includes(driver) || 'max-size' in options;
  return { driver, options: isBounded ? options : { ...LOG_OPTIONS, ...options } };
}

function securityOf({ written }: Service, notices: string[]): readonly string[] {
  const asked = written.security_opt ?? [];
  if (written.privileged === true || asked.some(option => option.startsWith('no-new-privileges')))
    return asked;
  notices.push('security: no-new-privileges');
  return [...asked, 'no-new-privileges:true'];
}

function withLimits(limits: Limits, { memoryBytes }: Machine, notices: string[]): Limits {
  const { memorySwap = -1, memoryReservation = 0 } = limits;
  const share = Math.max(Math.floor((memoryBytes * MEMORY_SHARE) / (1 << 20)) * (1 << 20), memoryReservation);
  // Engines refuse a limit that is above the one of memory and swap together.
  const memory = memorySwap > 0 ? Math.min(share, memorySwap) : share;
  const missing = {
    ...(limits.memory === undefined && memory > 0 ? { memory } : {}),
    ...(limits.pids === undefined ? { pids: PIDS } : {}),
  };
  if ('memory' in missing)
    notices.push(
      `mem_limit: ${Math.floor(memory / 2 ** 20)} MiB, half of this machine: give the service its own`,
    );
  if ('pids' in missing) notices.push(`pids_limit: ${PIDS}`);
  return { ...limits, ...missing };
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
