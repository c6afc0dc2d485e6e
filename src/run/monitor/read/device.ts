import { readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { numberIn, type ReadFile } from './files.ts';
import { waitedUs } from './group.ts';

/** How the device itself stands; absent where it cannot tell. */
export interface DeviceSample {
  /** Milliseconds of processor time so far, of all processors together. */
  readonly cpu: { readonly busyMs: number; readonly idleMs: number };
  readonly load1: number | undefined;
  readonly uptimeSeconds: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly memoryAvailableBytes: number | undefined;
  readonly swapUsedBytes: number | undefined;
  /** Each zone by its type. */
  readonly temperatures: Readonly<Record<string, number>>;
  /** Of a Raspberry Pi: under-voltage, capped or throttled, now or since it started. */
  readonly throttling: Throttling | undefined;
  readonly disks: readonly DiskSample[];
  /** Of eMMC: how much of its life is used, in tenths; 11 is beyond it. (JEDEC eMMC 5.0, DEVICE_LIFE_TIME_EST) */
  readonly wear: Readonly<Record<string, number>>;
  /** Microseconds in which some process waited (PSI). */
  readonly waited: Readonly<Record<'cpu' | 'memory' | 'io', number | undefined>>;
}

/** What the firmware of a Raspberry Pi reports. */
export interface Throttling {
  readonly underVoltage: boolean;
  readonly capped: boolean;
  readonly throttled: boolean;
  /** One of them happened since it started. */
  readonly happened: boolean;
}

/** A file system. */
export interface DiskSample {
  readonly path: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly totalInodes: number;
  readonly freeInodes: number;
}

const TICKS_PER_SECOND = 100;

/** Reads the device. `root` and `disks` are for tests and for an agent in a container. */
export function sampleDevice(
  read: ReadFile,
  { root = '/', disks = ['/'] }: { readonly root?: string; readonly disks?: readonly string[] } = {},
): DeviceSample {
  const at = (path: string): string | undefined => read(join(root, path));
  const memory = at('proc/meminfo');
  const kilobytes = (name: string): number | undefined => {
    const value =
      memory === undefined ? undefined : new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(memory)?.[1];
    return value === undefined ? undefined : Number(value) * 1024;
  };
  const swapTotal = kilobytes('SwapTotal');
  return {
    cpu: cpuOf(at('proc/stat')),
    load1: firstNumber(at('proc/loadavg')),
    uptimeSeconds: firstNumber(at('proc/uptime')),
    memoryBytes: kilobytes('MemTotal'),
    memoryAvailableBytes: kilobytes('MemAvailable'),
    swapUsedBytes: swapTotal === undefined ? undefined : swapTotal - (kilobytes('SwapFree') ?? 0),
    temperatures: temperaturesOf(root, at),
    throttling: throttlingOf(at('sys/devices/platform/soc/soc:firmware/get_throttled')),
    disks: disks.flatMap(path => diskOf(path) ?? []),
    wear: wearOf(root, at),
    waited: {
      cpu: waitedUs(at('proc/pressure/cpu')),
      memory: waitedUs(at('proc/pressure/memory')),
      io: waitedUs(at('proc/pressure/io')),
    },
  };
}

function firstNumber(text: string | undefined): number | undefined {
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) ? value : undefined;
}

/** `cpu user nice system idle iowait irq softirq steal …`, in ticks. */
function cpuOf(text: string | undefined): DeviceSample['cpu'] {
  const fields = (text?.slice(0, text.indexOf('\n')) ?? '').trim().split(/\s+/).slice(1, 9).map(Number);
  const ms = (ticks: number): number => (ticks * 1000) / TICKS_PER_SECOND;
  const idle = (fields[3] ?? 0) + (fields[4] ?? 0);
  const all = fields.reduce((sum, ticks) => sum + ticks, 0);
  return { busyMs: ms(all - idle), idleMs: ms(idle) };
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

type At = (path: string) => string | undefined;

function temperaturesOf(root: string, at: At): DeviceSample['temperatures'] {
  const found: Record<string, number> = {};
  for (const zone of names(join(root, 'sys/class/thermal'))) {
    if (!zone.startsWith('thermal_zone')) continue;
    const milli = numberIn(at(`sys/class/thermal/${zone}/temp`));
    const type = at(`sys/class/thermal/${zone}/type`)?.trim() ?? zone;
    if (milli !== undefined) found[type in found ? zone : type] = milli / 1000;
  }
  return found;
}

/** Bits 0, 1 and 2 are now; 16, 17 and 18 since the start. (Raspberry Pi documentation, "vcgencmd get_throttled") */
function throttlingOf(text: string | undefined): Throttling | undefined {
  if (text === undefined) return undefined;
  const bits = Number.parseInt(text, 16);
  if (!Number.isFinite(bits)) return undefined;
  return {
    underVoltage: (bits & 1) !== 0,
    capped: (bits & 2) !== 0,
    throttled: (bits & 4) !== 0,
    happened: (bits & 0x7_0000) !== 0,
  };
}

function diskOf(path: string): DiskSample | undefined {
  try {
    const { bsize, blocks, bavail, files, ffree } = statfsSync(path);
    return {
      path,
      totalBytes: blocks * bsize,
      freeBytes: bavail * bsize,
      totalInodes: files,
      freeInodes: ffree,
    };
  } catch {
    return undefined;
  }
}

function wearOf(root: string, at: At): DeviceSample['wear'] {
  const found: Record<string, number> = {};
  for (const name of names(join(root, 'sys/block'))) {
    if (!/^mmcblk\d+$/.test(name)) continue;
    const estimates =
      at(`sys/block/${name}/device/life_time`)
        ?.trim()
        .split(/\s+/)
        .map(one => Number.parseInt(one, 16)) ?? [];
    const worst = Math.max(...estimates.filter(Number.isFinite), 0);
    if (worst > 0) found[name] = worst;
  }
  return found;
}
