import { SampanError } from '../../core/errors/index.ts';
import { type LogFilter, readFilter, readPattern } from './filter.ts';

/** Where records are sent. */
export type ForwardSettings =
  | { readonly to: 'file'; readonly path: string; readonly maxBytes: number; readonly keep: number }
  | {
      readonly to: 'syslog';
      readonly transport: 'udp' | 'tcp' | 'unix';
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly facility: number;
    }
  | {
      readonly to: 'http';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly timeoutMs: number;
    };

/** How the lines of a service are treated. */
export interface ServiceRules {
  readonly filter: LogFilter;
  /** Lines a second; 0 for no limit. */
  readonly ratePerSecond: number;
  /** What begins a record; absent: what is known of stack traces. */
  readonly multiline: RegExp | undefined;
}

/** What the module is told. */
export interface LogsSettings {
  readonly rules: ServiceRules;
  readonly maxLineBytes: number;
  readonly ringRecords: number;
  readonly ringBytes: number;
  /** Bytes a second that are read of one container; of more the newest. */
  readonly readBytesPerSecond: number;
  /** All services, unless some are named. */
  readonly services: ReadonlySet<string> | undefined;
  readonly forward: readonly ForwardSettings[];
  readonly spoolBytes: number;
  readonly spoolBytesPerDay: number;
}

type Json = Readonly<Record<string, unknown>>;

const KEYS = [
  'level',
  'include',
  'exclude',
  'ratePerSecond',
  'multiline',
  'maxLine',
  'ring',
  'ringBytes',
  'readPerSecond',
  'services',
  'forward',
  'spool',
  'spoolPerDay',
];

/** Reads the settings of the module. @throws SampanError `usage` that names the key. */
export function logsSettings(given: Json): LogsSettings {
  checkKeys(given, KEYS, 'logs');
  const services = texts(given.services, 'logs.services');
  return {
    rules: serviceRules(given, 'logs.'),
    maxLineBytes: whole(given.maxLine ?? 16_384, 'logs.maxLine', 100, 1 << 20),
    ringRecords: whole(given.ring ?? 2000, 'logs.ring', 1, 100_000),
    ringBytes: whole(given.ringBytes ?? 2 << 20, 'logs.ringBytes', 1000, 256 << 20),
    readBytesPerSecond: whole(given.readPerSecond ?? 8 << 20, 'logs.readPerSecond', 1000, 1 << 30),
    services: services.length === 0 ? undefined : new Set(services),
    forward: forwards(given.forward),
    spoolBytes: whole(given.spool ?? 5_000_000, 'logs.spool', 0, 2 ** 40),
    spoolBytesPerDay: whole(given.spoolPerDay ?? 20_000_000, 'logs.spoolPerDay', 0, 2 ** 40),
  };
}

/** Reads the rules for a service. @throws SampanError `usage`. */
export function serviceRules(given: Json, where: string, base?: ServiceRules): ServiceRules {
  const { level, multiline } = given;
  if (level !== undefined && typeof level !== 'string') throw wrong(`${where}level`, 'the name of a level');
  if (multiline !== undefined && typeof multiline !== 'string')
    throw wrong(`${where}multiline`, 'a regular expression');
  const include = texts(given.include, `${where}include`);
  const exclude = texts(given.exclude, `${where}exclude`);
  const own = readFilter({ level, include, exclude }, where);
  return {
    filter: {
      level: own.level ?? base?.filter.level,
      include: own.include.length > 0 ? own.include : (base?.filter.include ?? []),
      exclude: [...(base?.filter.exclude ?? []), ...own.exclude],
    },
    ratePerSecond: whole(given.ratePerSecond ?? base?.ratePerSecond ?? 500, `${where}ratePerSecond`, 0, 1e6),
    multiline: multiline === undefined ? base?.multiline : readPattern(multiline, `${where}multiline`),
  };
}

function forwards(value: unknown): readonly ForwardSettings[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.length > 10) throw wrong('logs.forward', 'at most 10 places');
  return list.map((one: unknown, i) => {
    const where = `logs.forward[${i}]`;
    if (!isJson(one)) throw wrong(where, 'a map with file, syslog or http');
    if (one.file !== undefined) return fileForward(one, where);
    if (one.syslog !== undefined) return syslogForward(one, where);
    if (one.http !== undefined) return httpForward(one, where);
    throw wrong(where, 'a map with file, syslog or http');
  });
}

function fileForward(one: Json, where: string): ForwardSettings {
  checkKeys(one, ['file', 'maxBytes', 'keep'], where);
  const path = text(one.file, `${where}.file`);
  if (!path.startsWith('/')) throw wrong(`${where}.file`, 'an absolute path');
  const maxBytes = whole(one.maxBytes ?? 10_000_000, `${where}.maxBytes`, 1000, 2 ** 40);
  return { to: 'file', path, maxBytes, keep: whole(one.keep ?? 3, `${where}.keep`, 1, 100) };
}

function syslogForward(one: Json, where: string): ForwardSettings {
  checkKeys(one, ['syslog', 'facility'], where);
  const address = text(one.syslog, `${where}.syslog`);
  const facility = whole(one.facility ?? 1, `${where}.facility`, 0, 23);
  const base = { to: 'syslog', facility, host: '', port: 0, path: '' } as const;
  if (address.startsWith('unix:///'))
    return { ...base, transport: 'unix', path: address.slice('unix://'.length) };
  const match = /^(udp|tcp):\/\/(?:\[([0-9a-f:.]+)\]|([^:/[\]]+))(?::(\d{1,5}))?$/i.exec(address);
  const port = Number(match?.[4] ?? (match?.[1] === 'tcp' ? 601 : 514));
  if (match === null || port < 1 || port > 65_535)
    throw wrong(`${where}.syslog`, 'udp://HOST:PORT, tcp://HOST:PORT or unix:///PATH');
  const transport = match[1]?.toLowerCase() === 'tcp' ? 'tcp' : 'udp';
  return { ...base, transport, host: match[2] ?? match[3] ?? '', port };
}

function httpForward(one: Json, where: string): ForwardSettings {
  checkKeys(one, ['http', 'headers', 'timeout'], where);
  const url = text(one.http, `${where}.http`);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw wrong(`${where}.http`, 'an http or https address');
  const headers = one.headers ?? {};
  if (!isJson(headers)) throw wrong(`${where}.headers`, 'a map of texts');
  const pairs = Object.entries(headers).map(([name, value]) => {
    if (typeof value !== 'string' || !/^[A-Za-z0-9-]+$/.test(name))
      throw wrong(`${where}.headers`, 'a map of texts');
    return [name, value] as const;
  });
  const seconds = whole(one.timeout ?? 10, `${where}.timeout`, 1, 600);
  return { to: 'http', url, headers: Object.fromEntries(pairs), timeoutMs: seconds * 1000 };
}

function checkKeys(given: Json, known: readonly string[], where: string): void {
  for (const key of Object.keys(given))
    if (!known.includes(key))
      throw new SampanError('usage', `${where}.${key} is not known: ${known.join(', ')}`);
}

function texts(value: unknown, where: string): readonly string[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.length > 100 || !list.every(one => typeof one === 'string'))
    throw wrong(where, 'at most 100 texts');
  return list;
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= 4096) return value;
  throw wrong(where, 'a text');
}

function whole(value: unknown, where: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(where, `a whole number from ${least} to ${most}`);
}

function wrong(where: string, what: string): SampanError {
  return new SampanError('usage', `${where}: must be ${what}`);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
