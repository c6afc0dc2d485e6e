import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SampanError, systemCode, wrap } from '../../core/errors/index.ts';

const LEAST_CHARACTERS = 16;
const MOST_BYTES = 4096;

/**
 * Reads the token of the API, or makes one of 256 bits in a file that only its owner can read.
 *
 * @throws SampanError `denied` for a file that others can read, `invalid` for a token that can be guessed.
 */
export async function openToken(path: string): Promise<string> {
  try {
    return await readToken(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw wrap(`reading the token ${path}`, error);
  }
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const token = randomBytes(32).toString('base64url');
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${token}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    return token;
  } catch (error) {
    throw wrap(`writing the token ${path}`, error);
  }
}

async function readToken(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    throwUnlessPrivate(path, stats);
    const token = (await file.readFile('utf8')).trim();
    if (token.length >= LEAST_CHARACTERS && /^[\x21-\x7e]+$/.test(token)) return token;
    throw new SampanError('invalid', `${path} holds no token of at least ${LEAST_CHARACTERS} characters`, {
      remedy: 'remove the file: the agent makes a good one',
    });
  } finally {
    await file.close();
  }
}

function throwUnlessPrivate(path: string, stats: Stats): void {
  if (!stats.isFile() || stats.size > MOST_BYTES) throw new SampanError('invalid', `${path} is no token`);
  if ((stats.mode & 0o077) !== 0)
    throw new SampanError('denied', `others than its owner can read the token ${path}`, {
      remedy: `chmod 600 ${path}, and better remove it: the agent makes a new one`,
    });
}

/** Compares in a time that tells nothing about the token, nor about its length. */
export function isToken(given: string, token: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}
