import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SampanError, wrap } from '../../core/errors/index.ts';
import {
  MAX_KEY_BYTES,
  readSigningKey,
  readVerificationKeys,
  type SigningKey,
  type VerificationKey,
} from '../../trust/sign/index.ts';
import type { Context } from '../context/index.ts';
import { readPassword } from './password.ts';

/** A small file, whole. @throws SampanError `not-found`, `denied`, `limit`. */
export async function readSmall(path: string, maxBytes: number): Promise<Buffer> {
  try {
    await using file = await open(path, 'r');
    const buffer = Buffer.alloc(maxBytes + 1);
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, size, buffer.length - size, null);
      size += bytesRead;
      if (size > maxBytes) throw new SampanError('limit', `more than ${maxBytes} bytes`);
      if (bytesRead === 0) return buffer.subarray(0, size);
    }
  } catch (error) {
    throw wrap(`reading ${path}`, error);
  }
}

/** The private key in a file; asks for its password where it has one. */
export async function openSigningKey(
  context: Context,
  options: { readonly key: string; readonly passwordFile: string | undefined },
): Promise<SigningKey> {
  const bytes = await readSmall(resolve(context.cwd, options.key), MAX_KEY_BYTES);
  const { passwordFile } = options;
  const ask = async (): Promise<Uint8Array> =>
    await readPassword(context, { passwordFile, what: options.key });
  return await readSigningKey(bytes, options.key, ask);
}

/** The public keys in files. */
export async function openVerificationKeys(
  context: Pick<Context, 'cwd'>,
  paths: readonly string[],
): Promise<readonly VerificationKey[]> {
  const all: VerificationKey[] = [];
  for (const path of paths) {
    all.push(...readVerificationKeys(await readSmall(resolve(context.cwd, path), MAX_KEY_BYTES), path));
  }
  return all;
}
