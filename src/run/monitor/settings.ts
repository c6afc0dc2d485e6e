import { SampanError } from '../../core/errors/index.ts';

/** What the monitor is told. */
export interface MonitorSettings {
  readonly intervalMs: number;
  /** File systems to watch. */
  readonly disks: readonly string[];
  /** Shares of a limit, from 0 to 1, above which an event is told; degrees for the temperature. */
  readonly thresholds: {
    readonly memory: number;
    readonly disk: number;
    readonly inodes: number;
    readonly temperature: number;
    readonly processes: number;
  };
}

const DEFAULTS: MonitorSettings = {
  intervalMs: 5000,
  disks: ['/'],
  thresholds: { memory: 0.9, disk: 0.9, inodes: 0.9, temperature: 80, processes: 0.9 },
};

/** Reads the settings of the module. @throws SampanError `usage` that names the key. */
export function monitorSettings(given: Readonly<Record<string, unknown>>): MonitorSettings {
  const { interval = 5, disks = DEFAULTS.disks, thresholds = {} } = given;
  const seconds = numberOf(interval, 'monitor.interval', { least: 1, most: 3600 });
  if (!Array.isArray(disks) || disks.length > 20 || !disks.every(path => typeof path === 'string'))
    throw new SampanError('usage', 'monitor.disks: must be at most 20 paths');
  if (typeof thresholds !== 'object' || thresholds === null)
    throw new SampanError('usage', 'monitor.thresholds: must be a map');
  const found: Record<string, number> = { ...DEFAULTS.thresholds };
  for (const [name, value] of Object.entries(thresholds)) {
    if (!(name in found))
      throw new SampanError(
        'usage',
        `monitor.thresholds.${name} is not known: ${Object.keys(found).join(', ')}`,
      );
    found[name] = numberOf(value, `monitor.thresholds.${name}`, {
      least: 0,
      most: name === 'temperature' ? 200 : 1,
    });
  }
  return { intervalMs: seconds * 1000, disks, thresholds: { ...DEFAULTS.thresholds, ...found } };
}

function numberOf(
  value: unknown,
  what: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new SampanError('usage', `${what}: must be a number from ${least} to ${most}`);
}
