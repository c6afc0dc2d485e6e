import { execFileSync } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { contentChunks, fileContent } from '../src/core/bytes/index.ts';
import { indexTar, TarReader } from '../src/core/tar/index.ts';
import { type Benchmark, type Measurement, type MeasureOptions, secondsOf } from './benchmark.ts';
import { writeLayer } from './layer.ts';

const CHUNK = 1 << 20;
const ENTRIES = 10_000;
const FILE_BYTES = 24_000;

/** Walking a tar in memory, indexing it on disk, and hashing every file of it. */
export const tarBenchmark: Benchmark = {
  name: 'tar',
  summary: `a layer of ${ENTRIES} files of ${FILE_BYTES} bytes: walked in memory, indexed on disk, every file hashed`,
  async measure({ runs, directory }: MeasureOptions): Promise<readonly Measurement[]> {
    const path = join(directory, 'layer.tar');
    writeLayer(path, ENTRIES, FILE_BYTES);
    const megabytes = statSync(path).size / 1e6;
    const bytes = readFileSync(path);
    const walk = await secondsOf(runs, () => walkInMemory(bytes));
    const copy = await secondsOf(runs, () => copyInMemory(bytes));
    const index = await secondsOf(runs, () => indexTar({ path, offset: 0, size: bytes.length }));
    const list = await secondsOf(runs, () => execFileSync('tar', ['-tf', path], { maxBuffer: 1 << 26 }));
    const hash = await secondsOf(runs, () => hashEveryFile(path));
    const limit = await secondsOf(runs, () => hashWhole(path));
    const openssl = await secondsOf(runs, () => execFileSync('openssl', ['dgst', '-sha256', path]));
    const sum = await secondsOf(runs, () => execFileSync('sha256sum', [path]));
    const hashed = { name: 'index and hash every file', unit: 's', ours: hash };
    return [
      {
        name: 'walk in memory',
        unit: 'MB/s',
        ours: megabytes / walk,
        against: 'copying the bytes',
        theirs: megabytes / copy,
      },
      { name: 'index on disk', unit: 's', ours: index, against: 'tar -t', theirs: list },
      { ...hashed, against: 'one SHA-256 of the same bytes in Node', theirs: limit },
      { ...hashed, against: 'openssl dgst -sha256', theirs: openssl },
      { ...hashed, against: 'sha256sum', theirs: sum, most: 1.5 },
    ];
  },
};

function walkInMemory(bytes: Uint8Array): number {
  let entries = 0;
  const reader = new TarReader({ entry: () => void entries++ });
  for (let at = 0; at < bytes.length; at += CHUNK) reader.write(bytes.subarray(at, at + CHUNK));
  reader.end();
  return entries;
}

function copyInMemory(bytes: Uint8Array): void {
  const target = Buffer.allocUnsafe(CHUNK);
  for (let at = 0; at < bytes.length; at += CHUNK) target.set(bytes.subarray(at, at + CHUNK));
}

/** The limit of the machine: the bytes are read and hashed as one, and nothing else is done. */
function hashWhole(path: string): number {
  const hash = createHash('sha256');
  for (const chunk of contentChunks(fileContent(path, statSync(path).size))) hash.update(chunk);
  return hash.digest().length;
}

function hashEveryFile(path: string): number {
  let hash: Hash | undefined;
  let bytes = 0;
  const finish = (): void => {
    bytes += hash?.digest().length ?? 0;
    hash = undefined;
  };
  const reader = new TarReader({
    entry: () => {
      finish();
      hash = createHash('sha256');
    },
    content: chunk => void hash?.update(chunk),
  });
  for (const chunk of contentChunks(fileContent(path, statSync(path).size))) reader.write(chunk);
  reader.end();
  finish();
  return bytes;
}
