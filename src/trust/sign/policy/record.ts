import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, isDigest, writeAtomically } from '../../../core/bytes/index.ts';
import { SampanError, systemCode, wrap } from '../../../core/errors/index.ts';
import { type Bytes, type Cancel, withLock } from '../../../core/store/index.ts';
import { isJson, parseJson } from '../envelope/index.ts';

/** What was accepted last under a name. */
export interface Accepted {
  readonly digest: Digest;
  /** When its signature was made, in milliseconds since 1970. */
  readonly signedAtMs: number;
}

/** What a device remembers, so that nobody can give it back an image that was replaced. */
export interface AcceptedRecord {
  /**
   * One change at a time, over all processes: `decide` sees what was accepted under a name, and returns what is
   * from now on (nothing: no change). When it throws, nothing changes.
   */
  change(name: string, decide: (before: Accepted | undefined) => Accepted | undefined): Promise<void>;
}

const SCHEMA = 'sampan.accepted/1';
const MAX_RECORD_BYTES = 4 << 20;
const MAX_NAMES = 10_000;

/** A record in a file, which is replaced whole. It need not be there. */
export function fileRecord(path: string, options: Cancel = {}): AcceptedRecord {
  return {
    change: async (name, decide) => {
      await withLock(join(dirname(path), '.accepted.lock'), async () => {
        const before = await read(path);
        const after = decide(before.get(name));
        if (after === undefined) return;
        if (before.size >= MAX_NAMES && !before.has(name)) {
          throw new SampanError('limit', `${path}: remembers ${MAX_NAMES} names already`);
        }
        const names = Object.fromEntries(
          [...before, [name, after] as const]
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, { digest, signedAtMs }]) => [
              key,
              { digest, signed: new Date(signedAtMs).toISOString() },
            ]),
        );
        await writeAtomically(path, text(`${JSON.stringify({ schema: SCHEMA, names }, null, 1)}\n`), {
          ...options,
          mode: 0o600,
        });
      });
    },
  };
}

async function* text(content: string): Bytes {
  yield Buffer.from(content);
}

/** What cannot be read must not be taken for nothing: then everything old would be let in again. */
async function read(path: string): Promise<ReadonlyMap<string, Accepted>> {
  const bytes = await readFile(path).catch(error => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw wrap(`reading ${path}`, error);
  });
  if (bytes === undefined) return new Map();
  if (bytes.length > MAX_RECORD_BYTES) throw new SampanError('limit', `${path}: ${bytes.length} bytes`);
  const { schema, names } = parseJson(bytes, path);
  if (schema !== SCHEMA || !isJson(names)) throw damaged(path);
  const entries = Object.entries(names).map(([name, each]): [string, Accepted] => {
    const { digest, signed } = isJson(each) ? each : {};
    const signedAtMs = typeof signed === 'string' ? Date.parse(signed) : Number.NaN;
    if (!isDigest(digest) || Number.isNaN(signedAtMs)) throw damaged(path);
    return [name, { digest, signedAtMs }];
  });
  return new Map(entries);
}

function damaged(path: string): SampanError {
  return new SampanError('invalid', `${path}: not what Sampan wrote`, {
    remedy: 'it keeps old images out: restore it, or remove it to begin again',
  });
}

/** A record that lives as long as the process, for tests and for looking without remembering. */
export function memoryRecord(before: Readonly<Record<string, Accepted>> = {}): AcceptedRecord {
  const names = new Map(Object.entries(before));
  return {
    change: async (name, decide) => {
      const after = decide(names.get(name));
      if (after !== undefined) names.set(name, after);
    },
  };
}

/** The same record, only looked at: what would be remembered is not. */
export function readOnly(record: AcceptedRecord): AcceptedRecord {
  return {
    change: async (name, decide) =>
      await record.change(name, before => {
        decide(before);
        return undefined;
      }),
  };
}
