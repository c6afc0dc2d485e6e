import type { SampanError } from '../../../../core/errors/index.ts';
import { type BlobDigest, isBlobDigest } from '../../base/index.ts';
import { sha256, type TestManifest } from '../../testing/index.ts';
import type { Upstream } from '../port.ts';

/** An upstream in memory that can be away, slow or wrong. */
export interface FakeUpstream extends Upstream {
  readonly asked: string[];
  /** Thrown by everything while it is set. */
  down: SampanError | undefined;
  readonly tagged: Map<string, TestManifest>;
  readonly contents: Map<BlobDigest, Buffer>;
  /** Gives the bytes of a blob from a byte on. */
  stream: (bytes: Buffer, from: number) => AsyncIterable<Uint8Array>;
}

/** The bytes from a byte on, in pieces of 50 000. */
export async function* inPieces(bytes: Buffer, from: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}

/** An upstream that has nothing yet. */
export function fakeUpstream(): FakeUpstream {
  const fake: FakeUpstream = {
    name: 'https://upstream.example',
    asked: [],
    down: undefined,
    tagged: new Map(),
    contents: new Map(),
    stream: inPieces,
    resolve: async (repository, tag) => {
      note(fake, `HEAD ${repository}:${tag}`);
      const digest = fake.tagged.get(`${repository}:${tag}`)?.digest;
      return isBlobDigest(digest) ? digest : undefined;
    },
    manifest: async (repository, digest) => {
      note(fake, `GET ${repository}@${digest.slice(0, 12)}`);
      const found = [...fake.tagged.values()].find(each => each.digest === digest);
      return found === undefined ? undefined : { digest, mediaType: found.mediaType, bytes: found.bytes };
    },
    stat: async (_, digest) => {
      note(fake, 'stat');
      return fake.contents.get(digest)?.length;
    },
    blob: async (_, digest, { from }) => {
      note(fake, `blob from ${from}`);
      const bytes = fake.contents.get(digest);
      return bytes === undefined ? undefined : { size: bytes.length, content: fake.stream(bytes, from) };
    },
    tags: async () => {
      note(fake, 'tags');
      return [...fake.tagged.keys()].map(key => key.split(':')[1] ?? '');
    },
    referrers: async () => {
      note(fake, 'referrers');
      return [];
    },
  };
  return fake;
}

function note(fake: FakeUpstream, what: string): void {
  fake.asked.push(what);
  if (fake.down !== undefined) throw fake.down;
}

/** Lets an upstream have an image under a name. */
export function offer(upstream: FakeUpstream, name: string, manifest: TestManifest): void {
  upstream.tagged.set(name, manifest);
  for (const blob of manifest.blobs) {
    const digest = sha256(blob);
    if (isBlobDigest(digest)) upstream.contents.set(digest, blob);
  }
}
