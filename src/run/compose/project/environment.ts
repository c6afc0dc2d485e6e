import { absolutePath, type Files } from '../gather/index.ts';
import {
  type Entry,
  get,
  type Node,
  type Place,
  pairsMap,
  parseEnvFile,
  type Variables,
} from '../node/index.ts';
import type { EnvFile, WrittenService } from '../service/index.ts';
import type { Reading } from '../shape/index.ts';
import type { Variable } from './model.ts';

/** What the environment of a service is made of. */
export interface EnvironmentOptions {
  readonly files: Files;
  readonly variables: Variables;
  readonly directory: string;
  readonly home: string;
  /** Of the service. */
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
  options: EnvironmentOptions & { readonly node: Node },
  to: Reading,
): ReadonlyMap<string, Variable> {
  const { place: service, node } = options;
  const found = new Map<string, Variable>();
  for (const file of env_file)
    for (const [name, { value, place }] of valuesOf(file, options, to))
      found.set(name, { value, origin: 'env_file', place, variables: [] });
  const entries = entriesOf(get(node, 'environment'));
  for (const [name, written] of environment) {
    const value = written ?? options.variables(name);
    if (value === undefined) continue;
    const { place = service, value: scalar } = entries.get(name) ?? {};
    const variables = scalar?.kind === 'scalar' ? (scalar.variables ?? []) : [];
    found.set(name, { value, origin: written === undefined ? 'outside' : 'file', place, variables });
  }
  const device = get(get(get(node, 'x-sampan'), 'config'), 'environment')?.place ?? service;
  for (const name of extension?.config?.environment ?? []) {
    const value = options.variables(name);
    if (value !== undefined) found.set(name, { value, origin: 'outside', place: device, variables: [] });
  }
  return found;
}

function entriesOf(node: Node | undefined): ReadonlyMap<string, Entry> {
  const map = node === undefined ? undefined : pairsMap(node);
  return new Map(map?.kind === 'map' ? map.entries.map(entry => [entry.key, entry]) : []);
}

/** The values of a file of variables, each with its place; what is wrong with it is told. */
export function valuesOf(
  file: EnvFile,
  options: EnvironmentOptions,
  to: Reading,
): ReadonlyMap<string, { readonly value: string; readonly place: Place }> {
  const path = absolutePath(file.path, options);
  const text = readIfThere(path, file.isRequired, options, to);
  const known: Variables = file.isRaw ? () => undefined : options.variables;
  const { values, lines, problems } = file.isRaw ? rawValues(text) : parseEnvFile(text, known);
  for (const { line, message } of problems)
    to.problems.push({ place: { file: path, line, column: 1 }, path: '', message });
  return new Map(
    [...values].flatMap(([name, value]) => {
      const final = value ?? options.variables(name);
      const place = { file: path, line: lines.get(name) ?? 1, column: 1 };
      return final === undefined ? [] : [[name, { value: final, place }] as const];
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
  const values = new Map<string, string | undefined>();
  const lines = new Map<string, number>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const at = line.indexOf('=');
    const name = (at < 0 ? line : line.slice(0, at)).trim();
    values.set(name, at < 0 ? undefined : line.slice(at + 1));
    lines.set(name, index + 1);
  }
  return { values, lines, problems: [] };
}
