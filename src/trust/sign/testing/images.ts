import { generateKeyPairSync } from 'node:crypto';
import type { Digest } from '../../../core/bytes/index.ts';
import type { Descriptor } from '../../../core/oci/index.ts';
import {
  ATTACHED_TO,
  type BlobSource,
  type BlobStore,
  memoryStore,
  type ReferrerSource,
  withReferrers,
} from '../../../core/store/index.ts';
import { putImage, streamOf, tarOf } from '../../../core/store/testing/index.ts';
import { formatStatement, NAME_ANNOTATION, signBundle, TIME_ANNOTATION } from '../envelope/index.ts';
import { putSignature } from '../image/index.ts';
import { readSigningKey, type SigningKey } from '../keys/index.ts';

/** A new key, as a file has it. */
export async function newKey(name: string, kind: 'ec' | 'ed25519' | 'rsa' = 'ec'): Promise<SigningKey> {
  const pem = { format: 'pem', type: 'pkcs8' } as const;
  const { privateKey } =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : kind === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ed25519');
  const text = privateKey.export(pem).toString();
  return await readSigningKey(Buffer.from(text), name, async () => new Uint8Array());
}

/** How an image is signed. */
export interface Signing {
  readonly key: SigningKey;
  readonly name?: string;
  /** RFC 3339. */
  readonly time?: string;
  /** What is signed, where it is not the image itself. */
  readonly signed?: Digest;
}

/** A place with images and what is attached to them, in memory. */
export interface Harbour {
  readonly store: BlobStore;
  readonly source: BlobSource & ReferrerSource;
  /** An image with one file in it. */
  image(content: string, more?: object): Promise<Descriptor>;
  sign(subject: Descriptor, signing: Signing): Promise<Descriptor>;
  /** Attaches bytes as a signature. */
  attach(subject: Descriptor, bundle: Buffer): Promise<Descriptor>;
  /** Lists a manifest as attached to an image. */
  list(referrer: Descriptor, to: Digest): void;
  /** Stores bytes as they are. */
  put(mediaType: string, content: string | Uint8Array): Promise<Descriptor>;
}

/** Makes a {@link Harbour}. */
export function harbour(): Harbour {
  const store = memoryStore();
  const entries: Descriptor[] = [];
  const list = (referrer: Descriptor, to: Digest): void => {
    entries.push({ ...referrer, annotations: { [ATTACHED_TO]: to } });
  };
  const attach = async (subject: Descriptor, bundle: Buffer): Promise<Descriptor> => {
    const referrer = await putSignature(store, { subject, bundle, created: '2026-01-01T00:00:00Z' });
    list(referrer, subject.digest);
    return referrer;
  };
  return {
    store,
    source: withReferrers(store, async () => entries),
    image: async (content, more = {}) =>
      await putImage(store, { layers: [tarOf([{ path: 'f', content }])], ...more }),
    sign: async (subject, signing) =>
      await attach(subject, bundleOf(signing.signed ?? subject.digest, signing)),
    attach,
    list,
    put: async (mediaType, content) => await store.put(streamOf(content), { mediaType }),
  };
}

/** A signature of a digest. */
export function bundleOf(digest: Digest, { key, name, time }: Omit<Signing, 'signed'>): Buffer {
  const annotations = {
    ...(name === undefined ? {} : { [NAME_ANNOTATION]: name }),
    ...(time === undefined ? {} : { [TIME_ANNOTATION]: time }),
  };
  return signBundle(formatStatement(digest, annotations), key);
}
