import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Compression, deflate, digestOf, readStream } from '../../bytes/index.ts';
import { type ErrorCode, isSampanError, SampanError } from '../../errors/index.ts';
import { type Descriptor, layerType, MEDIA, type Platform } from '../../oci/index.ts';
import { type NewEntry, tarEnd, tarHeader, tarPadding } from '../../tar/index.ts';
import { type BlobStore, type Bytes, openStore, type StoreContext } from '../index.ts';

/** What ends: a test. */
export interface Ending {
  after(work: () => void): void;
}

/** A directory that is removed after the test. */
export function scratch(t: Ending): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-store-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Chunks as a stream. */
export async function* streamOf(...chunks: readonly (Uint8Array | string)[]): Bytes {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

/** An engine that is not there. */
export async function noDocker(): Promise<never> {
  throw new SampanError('unavailable', 'no container engine answers here');
}

/** A context with a store and a work directory of its own, and no engine. */
export async function testContext(
  t: Ending,
  more: Partial<StoreContext> = {},
): Promise<StoreContext & { readonly at: string }> {
  const at = scratch(t);
  const store = await openStore(join(at, 'store'));
  return { store, workDirectory: join(at, 'work'), docker: noDocker, at, ...more };
}

/** For `assert.rejects`: an error of that code whose message has all the words. */
export function fail(code: ErrorCode, ...words: readonly string[]): (error: unknown) => boolean {
  return error => isSampanError(error, code) && words.every(word => error.message.includes(word));
}

/** An entry of a tar; a file where nothing else is said. */
export type TestEntry = Partial<NewEntry> & { readonly path: string; readonly content?: string | Uint8Array };

/** A tar in memory. */
export function tarOf(entries: readonly TestEntry[]): Buffer {
  const parts = entries.flatMap(({ content = '', ...entry }) => {
    const bytes = Buffer.from(content);
    const defaults = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 1 } as const;
    return [tarHeader({ ...defaults, size: bytes.length, ...entry }), bytes, tarPadding(bytes.length)];
  });
  return Buffer.concat([...parts, tarEnd()]);
}

/** What is special about a test's image. */
export interface ImageOptions {
  readonly layers: readonly Buffer[];
  readonly compression?: Compression;
  readonly platform?: Platform;
  /** Replaces members of the configuration or the manifest. */
  readonly config?: object;
  readonly manifest?: object;
}

/** Puts an image into a store and returns its manifest's descriptor. */
export async function putImage(store: BlobStore, options: ImageOptions): Promise<Descriptor> {
  const { compression = 'none', platform } = options;
  const layers: Descriptor[] = [];
  for (const tar of options.layers) {
    const bytes = await readStream(deflate(streamOf(tar), compression), 'layer', 1 << 30);
    layers.push(await store.put(streamOf(bytes), { mediaType: layerType(compression) }));
  }
  const diffIds = options.layers.map(tar => digestOf(tar));
  const platformed = platform ?? { os: 'linux', architecture: 'amd64' };
  const rootfs = { type: 'layers', diff_ids: diffIds };
  const text = JSON.stringify({ ...platformed, config: { Cmd: ['/x'] }, rootfs, ...options.config });
  const config = await store.put(streamOf(text), { mediaType: MEDIA.config });
  const manifest = { schemaVersion: 2, mediaType: MEDIA.manifest, config, layers, ...options.manifest };
  const root = await store.put(streamOf(JSON.stringify(manifest)), { mediaType: MEDIA.manifest });
  return platform === undefined ? root : { ...root, platform };
}
