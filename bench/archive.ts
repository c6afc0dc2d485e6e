import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { tarEnd, tarHeader } from '../src/core/tar/index.ts';

const BLOCK = 512;
const CHUNK_BYTES = 1 << 20;

/** What an archive is made of: as many files, each of so many bytes. */
export interface Contents {
  readonly files: number;
  readonly fileBytes: number;
}

/**
 * Writes a Docker archive of one layer. Contents are holes, so that ten gigabytes take no room on the disk; the digest
 * of the layer is not what it says, which nobody asks who reads headers only.
 */
export function writeArchive(path: string, contents: Contents): void {
  const file = openSync(path, 'w');
  const writer = new Writer(file);
  const { files, fileBytes } = contents;
  const content = Math.ceil(fileBytes / BLOCK) * BLOCK;
  const config = Buffer.from(JSON.stringify(CONFIG));
  writer.file('config.json', config);
  writer.header('layer.tar', files * (BLOCK + content) + 2 * BLOCK);
  for (let i = 0; i < files; i += 1) {
    writer.header(`usr/part-${Math.floor(i / 10_000)}/folder-${Math.floor(i / 100)}/file-${i}`, fileBytes);
    writer.hole(content);
  }
  writer.bytes(tarEnd());
  writer.file(
    'manifest.json',
    Buffer.from(JSON.stringify([{ Config: 'config.json', RepoTags: ['bench:1'], Layers: ['layer.tar'] }])),
  );
  writer.bytes(tarEnd());
  writer.finish();
  closeSync(file);
}

const CONFIG = {
  architecture: 'amd64',
  os: 'linux',
  config: { Cmd: ['/usr/bin/app'] },
  rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] },
  history: [{ created_by: 'RUN make' }],
};

/** Gathers small parts, and leaves holes. */
class Writer {
  readonly #file: number;
  #parts: Uint8Array[] = [];
  #held = 0;
  #start = 0;

  constructor(file: number) {
    this.#file = file;
  }

  bytes(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#held += bytes.length;
    if (this.#held >= CHUNK_BYTES) this.#flush();
  }

  header(path: string, size: number): void {
    this.bytes(tarHeader({ type: 'file', path, size, mode: 0o644, uid: 0, gid: 0, mtime: 0 }));
  }

  file(path: string, content: Uint8Array): void {
    this.header(path, content.length);
    this.bytes(content);
    this.bytes(Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK));
  }

  hole(size: number): void {
    if (size < CHUNK_BYTES) this.bytes(Buffer.alloc(size));
    else {
      this.#flush();
      this.#start += size;
    }
  }

  #flush(): void {
    const all = Buffer.concat(this.#parts);
    writeSync(this.#file, all, 0, all.length, this.#start);
    this.#start += all.length;
    this.#parts = [];
    this.#held = 0;
  }

  finish(): void {
    this.#flush();
    ftruncateSync(this.#file, this.#start);
  }
}
