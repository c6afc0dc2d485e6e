import { readFile, rm } from 'node:fs/promises';
import { type Digest, digestOf, isDigest, writeAtomically } from '../../core/bytes/index.ts';
import type { Bytes } from '../../core/store/index.ts';

/** What is remembered of a transfer, beside its part. Nothing secret: a URL is only its digest. */
export interface FetchState {
  /** Of the URL. */
  readonly url: Digest;
  /** Of the whole, once the server has said it. */
  readonly size?: number;
  readonly etag?: string;
  readonly lastModified?: string;
  /** Of the list of chunks, where there was one. */
  readonly list?: Digest;
  /** So many bytes from the beginning on are on the disk, whatever happened to the machine. */
  readonly durable: number;
  /** Which run of the machine wrote this: what it wrote later is there too, as long as it runs. */
  readonly boot: string;
}

const SCHEMA = 'sampan.fetch/1';
const MAX_STATE_BYTES = 1 << 16;

/** Where the bytes and the state are while a file is on its way. */
export function partPaths(path: string): {
  readonly part: string;
  readonly state: string;
  readonly lock: string;
} {
  return { part: `${path}.part`, state: `${path}.part.json`, lock: `${path}.part.lock` };
}

/** The state that was written; absent when there is none that makes sense. */
export async function readState(path: string): Promise<FetchState | undefined> {
  try {
    const bytes = await readFile(path);
    return bytes.length > MAX_STATE_BYTES ? undefined : parseState(JSON.parse(bytes.toString('utf8')));
  } catch {
    // Begun anew it costs time; believed wrongly it would cost the file.
    return undefined;
  }
}

function parseState(value: unknown): FetchState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(value));
  const { schema, url, size, etag, lastModified, list, durable, boot } = fields;
  if (schema !== SCHEMA || !isDigest(url) || !isSize(durable) || typeof boot !== 'string') return undefined;
  return {
    url,
    durable,
    boot,
    ...(isSize(size) ? { size } : {}),
    ...(typeof etag === 'string' ? { etag } : {}),
    ...(typeof lastModified === 'string' ? { lastModified } : {}),
    ...(isDigest(list) ? { list } : {}),
  };
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Writes the state whole or not at all. */
export async function writeState(path: string, state: FetchState): Promise<void> {
  await writeAtomically(path, once(JSON.stringify({ schema: SCHEMA, ...state })), { mode: 0o600 });
}

/** Forgets a state. */
export async function removeState(path: string): Promise<void> {
  await rm(path, { force: true });
}

async function* once(text: string): Bytes {
  yield Buffer.from(text);
}

/** A URL as a state keeps it. */
export function urlDigest(url: URL): Digest {
  const plain = new URL(url);
  [plain.username, plain.password, plain.hash] = ['', '', ''];
  return digestOf(plain.href);
}

/** Names this run of the machine; empty where the kernel does not tell, and then nothing is presumed. */
export async function bootId(): Promise<string> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return text.trim();
}
