import { SampanError } from '../../../core/errors/index.ts';

/** A document as JSON has it. */
export type Json = Readonly<Record<string, unknown>>;

/** True for an object that is no array. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws SampanError `invalid` for what is no JSON object in UTF-8. */
export function parseJson(bytes: Uint8Array, what: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new SampanError('invalid', `${what}: not JSON, or not whole`, { cause: error });
  }
  if (isJson(value)) return value;
  throw new SampanError('invalid', `${what}: not a JSON object`);
}
