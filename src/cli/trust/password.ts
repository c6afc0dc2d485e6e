import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SampanError, wrap } from '../../core/errors/index.ts';
import type { Context } from '../context/index.ts';

/** Where a password may come from. */
export interface PasswordPlaces {
  /** A file, as the person named it. */
  readonly passwordFile: string | undefined;
  /** For the question: what it opens. */
  readonly what: string;
  /** A new one is asked for twice. */
  readonly isNew?: boolean;
}

const MAX_BYTES = 1024;

/**
 * A password: from a file (its first line), from `COSIGN_PASSWORD`, or typed and not shown.
 *
 * @throws SampanError `usage` where nobody can be asked or both answers differ, `limit`, `cancelled`.
 */
export async function readPassword(context: Context, places: PasswordPlaces): Promise<Uint8Array> {
  const { passwordFile, what, isNew = false } = places;
  if (passwordFile !== undefined) return await fromFile(resolve(context.cwd, passwordFile));
  const given = context.env.COSIGN_PASSWORD;
  if (given !== undefined) return Buffer.from(given);
  if (!context.input.isTerminal) {
    throw new SampanError('usage', `${what}: a password is needed, and nobody is there to ask`, {
      remedy: 'give it in COSIGN_PASSWORD, or in a file with --password-file',
    });
  }
  const password = await ask(context, `${isNew ? 'New password' : 'Password'} for ${what}: `);
  if (isNew && Buffer.compare(password, await ask(context, 'Again: ')) !== 0) {
    throw new SampanError('usage', 'the two passwords differ', { remedy: 'try again' });
  }
  return password;
}

async function ask({ input, stderr, signal }: Context, question: string): Promise<Uint8Array> {
  stderr.write(question);
  try {
    return await input.secret(signal);
  } finally {
    stderr.write('\n');
  }
}

async function fromFile(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch(error => {
    throw wrap(`reading ${path}`, error);
  });
  const end = bytes.indexOf(10);
  const line = end < 0 ? bytes : bytes.subarray(0, bytes[end - 1] === 13 ? end - 1 : end);
  if (line.length > MAX_BYTES) {
    throw new SampanError('limit', `${path}: a password of more than ${MAX_BYTES} bytes`);
  }
  return line;
}
