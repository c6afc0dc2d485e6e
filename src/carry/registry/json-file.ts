import { readFile, stat } from 'node:fs/promises';
import { SampanError, systemCode, wrap } from '../../core/errors/index.ts';

/** A JSON object of unknown shape. */
export type Fields = Readonly<Record<string, unknown>>;

const MAX_BYTES = 1 << 20;

/**
 * The text of a small file; absent when it is not there.
 *
 * @throws SampanError `limit` above 1 MiB, `denied`.
 */
export async function readSmallFile(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new SampanError('limit', `${size} bytes, at most ${MAX_BYTES} are read`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw wrap(`reading ${path}`, error);
  }
}

/** A file with a JSON object; absent when it is not there. @throws SampanError `invalid`, without any of its text. */
export async function readJsonFile(path: string): Promise<Fields | undefined> {
  const text = await readSmallFile(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, and there are passwords in it.
    throw new SampanError('invalid', `${path}: not JSON`);
  }
  if (!isFields(value)) throw new SampanError('invalid', `${path}: not a JSON object`);
  return value;
}

/** True for an object that is no array. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under a key; empty when there is none. */
export function fieldsAt(fields: Fields, key: string): Fields {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return isFields(value) ? value : {};
}

/** The text under a key, if it is there and not empty. */
export function textAt(fields: Fields, key: string): string | undefined {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
