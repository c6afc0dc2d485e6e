import { createHash, type Hash } from 'node:crypto';
import type { Digest } from '../../../core/bytes/index.ts';
import { Refusal } from './refusal.ts';

/** A digest that the server keeps content by: the two registered algorithms (OCI image spec 1.1, descriptor.md). */
export type BlobDigest = Digest | `sha512:${string}`;

/** The algorithms that are known. */
export const ALGORITHMS = ['sha256', 'sha512'] as const;

/** One of {@link ALGORITHMS}. */
export type Algorithm = (typeof ALGORITHMS)[number];

const PATTERN = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** True for a well-formed digest of a known algorithm. */
export function isBlobDigest(text: unknown): text is BlobDigest {
  return typeof text === 'string' && PATTERN.test(text);
}

/** @throws Refusal `DIGEST_INVALID` for anything else. */
export function parseBlobDigest(text: unknown): BlobDigest {
  if (isBlobDigest(text)) return text;
  throw new Refusal('DIGEST_INVALID', `not a digest: ${JSON.stringify(text)?.slice(0, 100)}`);
}

/** The algorithm of a digest. */
export function algorithmOf(digest: BlobDigest): Algorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/** The hexadecimal digits of a digest. */
export function digitsOf(digest: BlobDigest): string {
  return digest.slice('sha256:'.length);
}

/** The digest with those digits; absent when they are not one. */
export function digestFrom(algorithm: string, digits: string): BlobDigest | undefined {
  const digest = `${algorithm}:${digits}`;
  return isBlobDigest(digest) ? digest : undefined;
}

/** Starts a hash; finish it with {@link endHash}. */
export function beginHash(algorithm: Algorithm): Hash {
  return createHash(algorithm);
}

/** The digest of all that was given to `hash`, which is of that algorithm. */
export function endHash(algorithm: Algorithm, hash: Hash): BlobDigest {
  return `${algorithm}:${hash.digest('hex')}`;
}

/** The digest of bytes in memory. */
export function digestBytes(algorithm: Algorithm, bytes: Uint8Array): BlobDigest {
  return endHash(algorithm, beginHash(algorithm).update(bytes));
}
