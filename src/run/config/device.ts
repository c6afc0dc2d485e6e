import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SampanError, wrap } from '../../core/errors/index.ts';
import { parseEnvFile } from '../compose/index.ts';

/** What a device is told: values of variables, and files. */
export interface DeviceConfig {
  readonly variables: ReadonlyMap<string, string>;
  /** By their relative paths. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Nothing. */
export const EMPTY_CONFIG: DeviceConfig = { variables: new Map(), files: new Map() };

/** A document has at most so many bytes, and a directory in all its files. */
export const MAX_CONFIG_BYTES = 4 << 20;
const MAX_FILES = 256;
const MAX_VARIABLES = 1000;
const MAX_DEPTH = 8;
const SCHEMA = 'sampan.device/1';
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const VARIABLES = 'variables.env';
const FILES = 'files';

/**
 * Reads a directory: `variables.env` with `NAME=value` lines, and what is below `files/`. Links are not followed.
 *
 * @throws SampanError `not-found`, `invalid`, `limit`.
 */
export function readDeviceDirectory(directory: string): DeviceConfig {
  let left = MAX_CONFIG_BYTES;
  const take = (path: string): Buffer => {
    const { size } = lstatSync(path);
    left -= size;
    if (left < 0) throw new SampanError('limit', `${directory} has more than ${MAX_CONFIG_BYTES} bytes`);
    return readFileSync(path);
  };
  try {
    const names = readdirSync(directory);
    const text = names.includes(VARIABLES) ? take(join(directory, VARIABLES)).toString('utf8') : '';
    const files = names.includes(FILES) ? filePaths(join(directory, FILES)) : [];
    return {
      variables: variablesIn(text, join(directory, VARIABLES)),
      files: new Map(files.map(path => [path, take(join(directory, FILES, path))])),
    };
  } catch (error) {
    throw wrap(`reading the configuration in ${directory}`, error);
  }
}

function filePaths(root: string): readonly string[] {
  const found: string[] = [];
  const waiting = [''];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop())
    for (const entry of readdirSync(join(root, at), { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) found.push(checkedPath(path));
      if (found.length > MAX_FILES || path.split('/').length > MAX_DEPTH)
        throw new SampanError('limit', `more than ${MAX_FILES} files, or ${MAX_DEPTH} directories deep`);
    }
  return found.sort();
}

function variablesIn(text: string, path: string): ReadonlyMap<string, string> {
  const { values, problems } = parseEnvFile(text, () => undefined);
  const [first] = problems;
  if (first !== undefined) throw new SampanError('invalid', `${path}:${first.line}: ${first.message}`);
  return checkedVariables([...values].map(([name, value]) => [name, value ?? '']));
}

/**
 * Reads a document: `{"schema": "sampan.device/1", "variables": {NAME: text}, "files": {path: text | {"base64": text}}}`.
 * Whatever else is in it is wrong, so that a page of a login portal is never taken for a configuration.
 *
 * @throws SampanError `invalid`, `limit`.
 */
export function parseDeviceDocument(bytes: Uint8Array): DeviceConfig {
  if (bytes.length > MAX_CONFIG_BYTES)
    throw new SampanError('limit', `a configuration of more than ${MAX_CONFIG_BYTES} bytes`);
  const value = recordOf(parsed(bytes), 'the document');
  if (value.schema !== SCHEMA)
    throw new SampanError(
      'invalid',
      `the document is no configuration of a device: its schema is not ${SCHEMA}`,
    );
  for (const key of Object.keys(value))
    if (!['schema', 'variables', 'files'].includes(key))
      throw new SampanError('invalid', `the document has an unknown key ${JSON.stringify(key.slice(0, 50))}`);
  const files = Object.entries(recordOf(value.files ?? {}, 'files'));
  if (files.length > MAX_FILES) throw new SampanError('limit', `more than ${MAX_FILES} files`);
  return {
    variables: checkedVariables(Object.entries(recordOf(value.variables ?? {}, 'variables'))),
    files: new Map(files.map(([path, content]) => [checkedPath(path), contentOf(path, content)])),
  };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new SampanError('invalid', 'the document is no JSON', { cause: error });
  }
}

function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new SampanError('invalid', `${what} must be an object`);
}

function checkedVariables(entries: readonly (readonly [string, unknown])[]): ReadonlyMap<string, string> {
  if (entries.length > MAX_VARIABLES) throw new SampanError('limit', `more than ${MAX_VARIABLES} variables`);
  return new Map(
    entries.map(([name, value]) => {
      if (!NAME.test(name) || typeof value !== 'string' || value.includes('\0'))
        throw new SampanError(
          'invalid',
          `the variable ${JSON.stringify(name.slice(0, 50))} is no name with a text`,
        );
      return [name, value];
    }),
  );
}

/** @throws SampanError `invalid` for a path that is absolute, leaves its directory, or is odd. */
function checkedPath(path: string): string {
  const parts = path.split('/');
  const isOdd = parts.some(part => part === '' || part === '.' || part === '..' || part.startsWith('..'));
  if (isOdd || path.length > 200 || parts.length > MAX_DEPTH || /[\p{Cc}\\]/u.test(path))
    throw new SampanError('invalid', `${JSON.stringify(path.slice(0, 100))} is no path of a file`);
  return path;
}

function contentOf(path: string, content: unknown): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content);
  const { base64 } = recordOf(content, path);
  if (typeof base64 === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(base64))
    return Buffer.from(base64, 'base64');
  throw new SampanError('invalid', `the file ${path} is neither a text nor {"base64": text}`);
}

/** The same configuration as a document; the same bytes for the same configuration. */
export function formatDeviceDocument({ variables, files }: DeviceConfig): Uint8Array {
  const byName = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
    a[0] < b[0] ? -1 : 1;
  const packed = [...files].map(
    ([path, bytes]) => [path, { base64: Buffer.from(bytes).toString('base64') }] as const,
  );
  return Buffer.from(
    JSON.stringify({
      schema: SCHEMA,
      variables: Object.fromEntries([...variables].sort(byName)),
      files: Object.fromEntries(packed.sort(byName)),
    }),
  );
}
