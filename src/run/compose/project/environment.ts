import { absolutePath, type Files } from '../gather/index.ts';
import { type Place, parseEnvFile, type Variables } from '../node/index.ts';
import type { EnvFile, WrittenService } from '../service/index.ts';
import type { Reading } from '../shape/index.ts';
import type { Variable } from './model.ts';

/** What the environment of a service is made of. */
export interface EnvironmentOptions {
  readonly files: Files;
  readonly variables: Variables;
  readonly directory: string;
  readonly home: string;
  readonly place: Place;
  readonly path: string;
}

/**
 * Files of variables first, then what the service says itself; a name without a value is the host's. What a device
 * may say (`x-sampan: config: environment`) is over both.
 */
export function environmentOf(
  {
    env_file = [],
    environment = new Map(),
    'x-sampan': extension,
  }: Pick<WrittenService, 'env_file' | 'environment' | 'x-sampan'>,
  options: EnvironmentOptions,
  to: Reading,
): ReadonlyMap<string, Variable> {
  const found = new Map<string, Variable>();
  for (const file of env_file)
    for (const [name, value] of valuesOf(file, options, to))
      found.set(name, { value, origin: 'env_file', from: file.path });
  for (const [name, written] of environment) {
    const value = written ?? options.variables(name);
    if (value === undefined) continue;
    const from = `${options.place.file}:${options.place.line}`;
    found.set(name, { value, origin: written === undefined ? 'host' : 'environment', from });
  }
  for (const name of extension?.config?.environment ?? []) {
    const value = options.variables(name);
    const from = `${options.place.file}:${options.place.line}`;
    if (value !== undefined) found.set(name, { value, origin: 'host', from });
  }
  return found;
}

/** The values of a file of variables; what is wrong with it is told. */
export function valuesOf(
  file: EnvFile,
  options: EnvironmentOptions,
  to: Reading,
): ReadonlyMap<string, string> {
  const path = absolutePath(file.path, options);
  const text = readIfThere(path, file.isRequired, options, to);
  const known: Variables = file.isRaw ? () => undefined : options.variables;
  const { values, problems } = file.isRaw ? rawValues(text) : parseEnvFile(text, known);
  for (const { line, message } of problems)
    to.problems.push({ place: { file: path, line, column: 1 }, path: '', message });
  return new Map(
    [...values].flatMap(([name, value]) => {
      const final = value ?? options.variables(name);
      return final === undefined ? [] : [[name, final] as const];
    }),
  );
}

function readIfThere(
  path: string,
  isRequired: boolean,
  { files, place, path: keys }: EnvironmentOptions,
  to: Reading,
): string {
  try {
    return files.read(path);
  } catch (error) {
    if (isRequired)
      to.problems.push({
        place,
        path: keys,
        message: `env_file: ${error instanceof Error ? error.message : path}`,
      });
    return '';
  }
}

function rawValues(text: string): ReturnType<typeof parseEnvFile> {
  const lines = text.split(/\r?\n/).filter(line => !/^\s*(#|$)/.test(line));
  const values = new Map(
    lines.map(line => {
      const at = line.indexOf('=');
      return at < 0
        ? ([line.trim(), undefined] as const)
        : ([line.slice(0, at).trim(), line.slice(at + 1)] as const);
    }),
  );
  return { values, problems: [] };
}
