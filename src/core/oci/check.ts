import { isDigest, parseDigest } from '../bytes/index.ts';
import { SampanError } from '../errors/index.ts';

/** A document as JSON has it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** No document may be larger (OCI distribution spec 1.1 asks registries for at least this). */
export const MAX_DOCUMENT_BYTES = 4 << 20;

/** How an array is checked: each item, and how many there may be. */
const MAX_ITEMS = 4096;

/**
 * Reads the JSON of a document.
 *
 * @throws SampanError `limit` above 4 MiB, `invalid` for what is not a JSON object in UTF-8.
 */
export function parseDocument(bytes: Uint8Array, what: string): JsonObject {
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new SampanError('limit', `${what}: ${bytes.length} bytes, at most ${MAX_DOCUMENT_BYTES} are read`);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new SampanError('invalid', `${what}: not JSON`, { cause: error });
  }
  if (!isObject(value)) throw new SampanError('invalid', `${what}: not a JSON object`);
  return value;
}

/** True for an object that is no array. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Says what is wrong with a value; nothing when it is right. `where` names it. */
export type Check = (value: unknown, where: string) => void;

/** @throws SampanError `invalid`, naming the place, what was wanted and what is there. */
export function fail(where: string, wanted: string, value: unknown): never {
  const got = value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 60) ?? typeof value);
  throw new SampanError('invalid', `${where}: wanted ${wanted}, got ${got}`);
}

/** A check that any string passes. */
export const text: Check = (value, where) => {
  if (typeof value !== 'string') fail(where, 'a string', value);
};

/** A check that any object passes. */
export const object: Check = (value, where) => {
  if (!isObject(value)) fail(where, 'an object', value);
};

/** A check for true or false. */
export const flag: Check = (value, where) => {
  if (typeof value !== 'boolean') fail(where, 'true or false', value);
};

/** A check for a size in bytes: a whole number from 0 to 2^53 - 1. */
export const size: Check = (value, where) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) fail(where, 'a size', value);
};

/** A check for any whole number that JavaScript holds exactly. */
export const integer: Check = (value, where) => {
  if (!Number.isSafeInteger(value)) fail(where, 'a whole number', value);
};

/** A check for a SHA-256 digest; another algorithm is `unsupported`. */
export const digest: Check = (value, where) => {
  if (!isDigest(value)) {
    parseDigest(value);
    fail(where, 'a digest', value);
  }
};

/** A check for an array of at most 4096 items that all pass. */
export function list(item: Check): Check {
  return (value, where) => {
    if (!Array.isArray(value)) fail(where, 'an array', value);
    if (value.length > MAX_ITEMS) {
      throw new SampanError('limit', `${where}: ${value.length} items, at most ${MAX_ITEMS} are read`);
    }
    for (const [i, each] of value.entries()) item(each, `${where}[${i}]`);
  };
}

/** A check for an object whose values all pass. */
export function table(item: Check): Check {
  return (value, where) => {
    if (!isObject(value)) fail(where, 'an object', value);
    for (const [key, each] of Object.entries(value)) item(each, `${where}.${key}`);
  };
}

/** A check for an object with these members; the rest are not looked at. */
export function members(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value, where) => {
    if (!isObject(value)) fail(where, 'an object', value);
    for (const [key, check] of Object.entries(required)) check(value[key], `${where}.${key}`);
    for (const [key, check] of Object.entries(optional)) {
      if (value[key] !== undefined) check(value[key], `${where}.${key}`);
    }
  };
}
