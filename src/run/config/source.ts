import { isAbsolute, resolve } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import {
  type DeviceConfig,
  formatDeviceDocument,
  MAX_CONFIG_BYTES,
  parseDeviceDocument,
  readDeviceDirectory,
} from './device.ts';

/** Asks for a document; undefined when it is still the one of `etag`. @throws SampanError. */
export type Fetch = (
  url: string,
  options: { readonly etag: string | undefined; readonly maxBytes: number },
) => Promise<{ readonly bytes: Uint8Array; readonly etag: string | undefined } | undefined>;

/** Where the last good copy is. */
export interface Kept {
  read(): Promise<Uint8Array | undefined>;
  /** Atomic; nothing is written when it is the same. */
  write(bytes: Uint8Array): Promise<void>;
}

/** What reading a source needs from outside. */
export interface SourceTools {
  /** Where relative directories start: that of the project. */
  readonly directory: string;
  readonly fetch: Fetch;
  readonly kept: Kept;
  /** The tag of the last document, so that only a change is carried. */
  readonly etag: { now: string | undefined };
}

/** What a source says now, and what was wrong with it when that is its last good copy. */
export interface SourceAnswer {
  readonly config: DeviceConfig;
  readonly problem: string | undefined;
}

const USUAL_MS = 60_000;
const LEAST_MS = 1000;

/**
 * Reads a source, a directory or an http(s) URL. One that is away, or whose answer is garbage, leaves the last good
 * copy in force.
 *
 * @throws SampanError when there is no good copy either.
 */
export async function deviceOfSource(source: string, tools: SourceTools): Promise<SourceAnswer> {
  const { kept } = tools;
  try {
    const fresh = await freshConfig(source, tools);
    if (fresh !== undefined) {
      await kept.write(formatDeviceDocument(fresh.config));
      tools.etag.now = fresh.etag;
      return { config: fresh.config, problem: undefined };
    }
    const last = await lastGood(kept);
    if (last !== undefined) return { config: last, problem: undefined };
    // The copy was lost: it is asked for without the tag.
    tools.etag.now = undefined;
    const whole = await freshConfig(source, tools);
    if (whole === undefined) throw new SampanError('invalid', 'the server gives no document');
    await kept.write(formatDeviceDocument(whole.config));
    return { config: whole.config, problem: undefined };
  } catch (error) {
    if (!(error instanceof SampanError) || error.code === 'cancelled') throw error;
    const last = await lastGood(kept);
    if (last === undefined) throw error;
    return { config: last, problem: error.message };
  }
}

async function freshConfig(
  source: string,
  { directory, fetch, etag }: SourceTools,
): Promise<{ readonly config: DeviceConfig; readonly etag: string | undefined } | undefined> {
  if (!/^https?:\/\//i.test(source)) {
    const path = source.startsWith('file://') ? source.slice('file://'.length) : source;
    return {
      config: readDeviceDirectory(isAbsolute(path) ? path : resolve(directory, path)),
      etag: undefined,
    };
  }
  const answer = await fetch(source, { etag: etag.now, maxBytes: MAX_CONFIG_BYTES });
  return answer && { config: parseDeviceDocument(answer.bytes), etag: answer.etag };
}

async function lastGood(kept: Kept): Promise<DeviceConfig | undefined> {
  const bytes = await kept.read();
  try {
    return bytes === undefined ? undefined : parseDeviceDocument(bytes);
  } catch {
    return undefined;
  }
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `30s`, `5m`, `1h`; a minute unless told, at least a second. @throws SampanError `usage`. */
export function intervalOf(text: string | undefined): number {
  if (text === undefined) return USUAL_MS;
  const match = /^(\d{1,6})(ms|s|m|h)$/.exec(text);
  if (match === null)
    throw new SampanError('usage', `x-sampan: config: interval: ${text} is not like 30s, 5m or 1h`);
  return Math.max(LEAST_MS, Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0));
}
