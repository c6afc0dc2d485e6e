import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../../core/bytes/index.ts';
import { isSampanError } from '../../../core/errors/index.ts';
import { countChunks, type FetchJob, fetchFile, formatChunkList } from '../index.ts';
import { bootId, partPaths, urlDigest, writeState } from '../state.ts';
import { clientWith, clockAt, type Served, serve, type TestServer } from './server.ts';

/** The size of chunks in these tests. */
export const CHUNK = 4096;
/** When these tests begin. */
export const NOON = new Date(2026, 5, 1, 12, 0).getTime();

/** A server with one file, and a place to fetch it to. */
export interface Here {
  readonly server: TestServer;
  readonly path: string;
  readonly directory: string;
  readonly said: string[];
  fetch(more?: Partial<FetchJob>): ReturnType<typeof fetchFile>;
}

/** The list of chunks of some bytes. */
export function listOf(bytes: Buffer): string {
  const counter = countChunks(CHUNK);
  counter.add(bytes);
  return formatChunkList(counter.end());
}

/** Starts a server with a file and perhaps its list. */
export async function here(
  t: { after(work: () => void): void },
  bytes: Buffer,
  options: { readonly list?: boolean } = {},
): Promise<Here> {
  const server = await serve(t);
  const directory = mkdtempSync(join(tmpdir(), 'sampan-fetch-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'file');
  put(server, bytes);
  if (options.list === true) server.files.set('/file.chunks', served(Buffer.from(listOf(bytes))));
  const said: string[] = [];
  const waiting = clockAt(NOON);
  const fetch = async (more: Partial<FetchJob> = {}) =>
    await fetchFile(
      { url: new URL('file', server.url), path, ...more },
      { send: clientWith(waiting), waiting, say: text => said.push(text) },
    );
  return { server, path, directory, said, fetch };
}

/** Bytes with a tag of their own. */
export function served(bytes: Buffer): Served {
  return { bytes, etag: `"${digestOf(bytes).slice(7, 20)}"` };
}

/** Puts the file on the server. */
export function put(server: TestServer, bytes: Buffer): void {
  server.files.set('/file', served(bytes));
}

/** For `assert.rejects`: an error of that code with those words. */
export function isCode(code: string, ...words: string[]): (error: unknown) => boolean {
  return error =>
    isSampanError(error) && error.code === code && words.every(word => error.message.includes(word));
}

/** A file of some chunks and a bit. */
export const BYTES = randomBytes(10 * CHUNK + 17);

/** Answers so many requests with status 500. */
export function refuseAlways(times: number): ((q: unknown, r: ServerResponse) => true)[] {
  return Array.from({ length: times }, () => (_, response) => {
    response.writeHead(500).end();
    return true as const;
  });
}

/** Leaves what an earlier run would have: `there` as the part, `durable` bytes of it on the disk. */
export async function leave(
  { server, path }: Here,
  there: Buffer,
  state: { readonly durable: number; readonly boot?: string },
): Promise<void> {
  const paths = partPaths(path);
  writeFileSync(paths.part, there);
  const list = server.files.get('/file.chunks');
  const { bytes, etag } = server.files.get('/file')!;
  await writeState(paths.state, {
    url: urlDigest(new URL('file', server.url)),
    size: bytes.length,
    etag,
    boot: state.boot ?? (await bootId()),
    durable: state.durable,
    ...(list === undefined ? {} : { list: digestOf(list.bytes) }),
  });
}
