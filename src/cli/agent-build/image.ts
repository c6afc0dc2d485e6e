import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import {
  bytesContent,
  type Content,
  type Digest,
  digestOf,
  fileContent,
  finishDigest,
  startDigest,
} from '../../core/bytes/index.ts';
import { type Descriptor, MEDIA, type Platform } from '../../core/oci/index.ts';
import { contentSource, openTarget } from '../../core/store/index.ts';
import { tarEnd, tarHeader, tarPadding } from '../../core/tar/index.ts';
import type { Context } from '../context/index.ts';
import { openCarrying } from '../registry/index.ts';
import { type RootFile, rootFiles } from './root-files.ts';

/** An image of an agent. */
export interface AgentImage {
  readonly name: string;
  /** Of its one layer, as a registry carries it. */
  readonly compressedBytes: number;
}

/** What it is made of. */
export interface ImageParts {
  readonly name: string;
  readonly executable: string;
  readonly platform: Platform;
  /** Where the libraries of the platform are. */
  readonly root: string;
}

/** Writes an image from nothing into the store: the executable, what it loads, authorities and users. Same parts, same bytes. */
export async function writeAgentImage(
  context: Context,
  { name, executable, platform, root }: ImageParts,
): Promise<AgentImage> {
  const files = rootFiles(executable, root);
  const { images } = await openCarrying(context);
  const work = await mkdtemp(join(images.workDirectory, 'agent-'));
  try {
    const layer = await writeLayer(files, join(work, 'layer.tar.gz'));
    const config = Buffer.from(JSON.stringify(configOf(platform, layer.diffId)));
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MEDIA.manifest,
        config: descriptorOf(MEDIA.config, config),
        layers: [layer.descriptor],
      }),
    );
    const blobs = new Map<Digest, Content>([
      [digestOf(config), bytesContent(config)],
      [digestOf(manifest), bytesContent(manifest)],
      [layer.descriptor.digest, layer.content],
    ]);
    const target = openTarget(`store:${name}`, images);
    const root = { ...descriptorOf(MEDIA.manifest, manifest), platform };
    await target.write(contentSource('the agent', blobs), root, { signal: context.signal });
    return { name: target.name, compressedBytes: layer.descriptor.size };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function descriptorOf(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

function configOf({ os, architecture, variant }: Platform, diffId: Digest): unknown {
  return {
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    config: {
      Entrypoint: ['/sampan'],
      Cmd: ['agent', 'run'],
      Env: [
        'XDG_DATA_HOME=/var/lib',
        'MALLOC_ARENA_MAX=2',
        'MALLOC_MMAP_THRESHOLD_=131072',
        'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
      ],
      Labels: { 'org.opencontainers.image.title': 'sampan-agent' },
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created_by: 'sampan agent build' }],
  };
}

interface WrittenLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
  readonly content: Content;
}

async function writeLayer(files: readonly RootFile[], path: string): Promise<WrittenLayer> {
  const plain = startDigest();
  const packed = startDigest();
  await pipeline(
    Readable.from(tarOf(files)),
    hashing(plain),
    createGzip({ level: 9 }),
    hashing(packed),
    createWriteStream(path),
  );
  const { size } = statSync(path);
  const descriptor = { mediaType: MEDIA.layerGzip, digest: finishDigest(packed), size };
  return { descriptor, diffId: finishDigest(plain), content: fileContent(path, size) };
}

function hashing(hash: ReturnType<typeof startDigest>): Transform {
  return new Transform({
    transform(chunk: Uint8Array, _, done) {
      hash.update(chunk);
      done(undefined, chunk);
    },
  });
}

async function* tarOf(files: readonly RootFile[]): AsyncGenerator<Uint8Array> {
  const owner = { uid: 0, gid: 0, mtime: 0 } as const;
  for (const { path, mode, from } of files) {
    if (from === undefined) {
      yield tarHeader({ ...owner, type: 'directory', path, mode });
      continue;
    }
    const size = typeof from === 'string' ? statSync(from).size : from.length;
    yield tarHeader({ ...owner, type: 'file', path, mode, size });
    if (typeof from === 'string') yield* createReadStream(from);
    else yield from;
    yield tarPadding(size);
  }
  yield tarEnd();
}
