import { createHash, type Hash } from 'node:crypto';
import { SampanError } from '../errors/index.ts';
import { type Content, contentChunks } from './content.ts';

/** A SHA-256 digest as OCI writes it (image spec 1.1, descriptor.md, "Digests"). */
export type Digest = `sha256:${string}`;

const PATTERN = /^sha256:[0-9a-f]{64}$/;

/** True for a well-formed digest. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && PATTERN.test(text);
}

/**
 * Reads a digest.
 *
 * @throws SampanError `unsupported` for another algorithm, `invalid` for anything else.
 */
export function parseDigest(text: unknown): Digest {
  if (isDigest(text)) return text;
  const algorithm = typeof text === 'string' ? /^[a-z0-9+._-]+(?=:[0-9a-f]+$)/.exec(text)?.[0] : undefined;
  if (algorithm !== undefined && algorithm !== 'sha256') {
    throw new SampanError('unsupported', `digest algorithm ${algorithm}, only sha256 is known`);
  }
  throw new SampanError('invalid', `not a digest: ${JSON.stringify(text)}`);
}

/** The 64 hexadecimal digits of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** Starts a hash; finish it with {@link finishDigest}. */
export function startDigest(): Hash {
  return createHash('sha256');
}

/** The digest of all that was given to `hash`. */
export function finishDigest(hash: Hash): Digest {
  return `sha256:${hash.digest('hex')}`;
}

/** The digest of bytes in memory; text is hashed as UTF-8. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return finishDigest(startDigest().update(bytes));
}

/** The digest of content, read once from its start to its end. */
export function digestContent(content: Content): Digest {
  const hash = startDigest();
  for (const chunk of contentChunks(content)) hash.update(chunk);
  return finishDigest(hash);
}
