import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Schema = Readonly<Record<string, unknown>>;

/** A place in a set of schema files: the file, and the schema inside it. */
interface Place {
  readonly file: string;
  readonly schema: Schema;
}

/**
 * What is wrong with a document by a JSON schema (draft 4) in a directory of schemas that point to each other;
 * empty when nothing is. Knows the keywords that the OCI image specification uses.
 */
export function schemaErrors(directory: string, file: string, value: unknown): readonly string[] {
  const load = (name: string): Schema => JSON.parse(readFileSync(join(directory, name), 'utf8'));
  const check = (place: Place, at: unknown, where: string): string[] => {
    const { schema } = place;
    if (typeof schema.$ref === 'string') return check(referred(place, schema.$ref, load), at, where);
    const inner = (sub: Schema, each: unknown, name: string): string[] =>
      check({ ...place, schema: sub }, each, `${where}.${name}`);
    return [
      ...simple(schema, at, where),
      ...alternatives(schema, at, { where, inner }),
      ...members(schema, at, inner),
    ];
  };
  return check({ file, schema: load(file) }, value, file);
}

type Inner = (schema: Schema, value: unknown, name: string) => string[];

function referred(place: Place, reference: string, load: (name: string) => Schema): Place {
  const [file = '', pointer = ''] = reference.split('#');
  const name = file === '' ? place.file : file;
  const path = pointer.split('/').filter(part => part !== '');
  return { file: name, schema: path.reduce((at, part) => object(at[part]), load(name)) };
}

function object(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function simple(schema: Schema, value: unknown, where: string): string[] {
  const { type, enum: allowed, pattern, minimum, maximum, minItems } = schema;
  const errors: string[] = [];
  if (
    typeof type === 'string' &&
    typeOf(value) !== type &&
    !(type === 'number' && typeOf(value) === 'integer')
  ) {
    errors.push(`${where}: not ${type}`);
  }
  if (Array.isArray(allowed) && !allowed.includes(value)) errors.push(`${where}: not allowed`);
  if (typeof value === 'string' && typeof pattern === 'string' && !new RegExp(pattern).test(value)) {
    errors.push(`${where}: not like ${pattern}`);
  }
  if (typeof value === 'number' && (value < Number(minimum ?? value) || value > Number(maximum ?? value))) {
    errors.push(`${where}: out of range`);
  }
  if (Array.isArray(value) && value.length < Number(minItems ?? 0)) errors.push(`${where}: too few`);
  return errors;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function alternatives(
  schema: Schema,
  value: unknown,
  context: { readonly where: string; readonly inner: Inner },
): string[] {
  const { oneOf } = schema;
  if (!Array.isArray(oneOf)) return [];
  const fits = oneOf.filter(each => context.inner(object(each), value, 'oneOf').length === 0);
  return fits.length === 1 ? [] : [`${context.where}: fits ${fits.length} of ${oneOf.length}`];
}

function members(schema: Schema, value: unknown, inner: Inner): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((each, i) => inner(object(schema.items), each, String(i)));
  }
  if (typeof value !== 'object' || value === null) return [];
  const required = Array.isArray(schema.required) ? schema.required : [];
  const missing = required.filter(name => !(name in value)).map(name => `${name}: missing`);
  const known = Object.entries(object(schema.properties));
  const patterns = Object.entries(object(schema.patternProperties));
  const wrong = Object.entries(value).flatMap(([name, each]) => [
    ...known.filter(([key]) => key === name).flatMap(([, sub]) => inner(object(sub), each, name)),
    ...patterns
      .filter(([key]) => new RegExp(key).test(name))
      .flatMap(([, sub]) => inner(object(sub), each, name)),
  ]);
  return [...missing, ...wrong];
}
