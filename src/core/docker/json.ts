import { SampanError } from '../errors/index.ts';

/** An object of unknown shape. */
export type Fields = Readonly<Record<string, unknown>>;

/** Parses an answer that must be a JSON object. @throws SampanError `invalid`. */
export function parseFields(text: string, what: string): Fields {
  const value = parseJson(text, what);
  if (isFields(value)) return value;
  throw new SampanError('invalid', `the engine's ${what} is not a JSON object`);
}

/** Parses an answer that must be a JSON list of objects. @throws SampanError `invalid`. */
export function parseList(text: string, what: string): readonly Fields[] {
  const value = parseJson(text, what);
  if (value === null) return [];
  if (Array.isArray(value) && value.every(isFields)) return value;
  throw new SampanError('invalid', `the engine's ${what} is not a list of JSON objects`);
}

/** The object under `name`; empty when absent or of another kind. */
export function fieldsAt(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : {};
}

/** The string under `name`; empty when absent or of another kind. */
export function textAt(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

/** The finite number under `name`, if there is one. */
export function numberAt(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The strings of the list under `name`. */
export function textsAt(fields: Fields, name: string): readonly string[] {
  const value = fields[name];
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}

/** The string values of the object under `name`. */
export function textMapAt(fields: Fields, name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsAt(fields, name));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** True for a JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SampanError('invalid', `the engine's ${what} is not JSON`, { cause: error });
  }
}
