import { dirname, resolve } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import { positionAt, sourceText } from '../../core/text/index.ts';
import { type MapValue, parseYaml, type Value } from '../../core/yaml/index.ts';
import { MODULES, type ModuleName, type ProjectPlace } from '../module/index.ts';

/** What an agent is told by its file. */
export interface AgentSettings {
  readonly projects: readonly ProjectPlace[];
  /** The chosen parts, each with its settings. */
  readonly modules: ReadonlyMap<ModuleName, Readonly<Record<string, unknown>>>;
  /** The trust policy that images must meet. */
  readonly policy: string | undefined;
}

/** What an agent does that is told nothing. */
const USUAL: readonly ModuleName[] = ['apply', 'devices', 'health', 'http', 'logs', 'monitor'];
const KEYS = ['projects', 'modules', 'policy'];
const PROJECT_KEYS = ['file', 'name', 'profiles'];

/**
 * Reads the file of an agent: `projects` (paths of Compose files, or maps of `file`, `name`, `profiles`), `modules`
 * (names, or a map from names to settings) and `policy`. Relative paths are relative to the file.
 *
 * @throws SampanError `usage` with the file, line and column.
 */
export function parseAgentSettings(path: string, text: string): AgentSettings {
  const source = sourceText(path, text);
  const fail = (
    value: { readonly span: { readonly start: number; readonly end: number } } | undefined,
    message: string,
  ): never => {
    const { line, column } = positionAt(source, value?.span.start ?? 0);
    throw new SampanError('usage', `${path}:${line}:${column}: ${message}`);
  };
  const { value, problems } = parseYaml(text);
  const [problem] = problems;
  if (problem !== undefined) fail(problem, problem.message);
  if (value === undefined || (value.kind === 'scalar' && value.isNull))
    return { projects: [], modules: usual(), policy: undefined };
  if (value.kind !== 'map') return fail(value, 'must be a map of projects, modules and policy');
  for (const { key, keySpan } of value.fields)
    if (!KEYS.includes(key)) fail({ span: keySpan }, `the key ${key} is not known: ${KEYS.join(', ')}`);
  const directory = dirname(resolve(path));
  const policy = fieldOf(value, 'policy');
  return {
    projects: listIn(fieldOf(value, 'projects')).map(one => projectOf(one, directory, fail)),
    modules: modulesOf(fieldOf(value, 'modules'), fail),
    policy: policy?.kind === 'scalar' ? resolve(directory, policy.text) : undefined,
  };
}

type Fail = (value: Value, message: string) => never;

function fieldOf(map: MapValue, key: string): Value | undefined {
  return map.fields.find(field => field.key === key)?.value;
}

function listIn(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  return value.kind === 'list' ? value.items : [value];
}

function projectOf(value: Value, directory: string, fail: Fail): ProjectPlace {
  if (value.kind === 'scalar') return { files: [resolve(directory, value.text)] };
  if (value.kind !== 'map') return fail(value, 'must be the path of a Compose file, or a map with file');
  for (const field of value.fields)
    if (!PROJECT_KEYS.includes(field.key))
      fail(field.value, `the key ${field.key} is not known: ${PROJECT_KEYS.join(', ')}`);
  const texts = (key: string): readonly string[] =>
    listIn(fieldOf(value, key)).map(one =>
      one.kind === 'scalar' ? one.text : fail(one, `${key} must be texts`),
    );
  const files = texts('file');
  const [name] = texts('name');
  const profiles = texts('profiles');
  if (files.length === 0) return fail(value, 'needs a file: the path of a Compose file');
  return {
    files: files.map(one => resolve(directory, one)),
    ...(name === undefined ? {} : { name }),
    ...(profiles.length === 0 ? {} : { profiles }),
  };
}

function usual(): AgentSettings['modules'] {
  return new Map(USUAL.map(name => [name, {}]));
}

function modulesOf(value: Value | undefined, fail: Fail): AgentSettings['modules'] {
  if (value === undefined) return usual();
  const known = (name: string, at: Value): ModuleName =>
    MODULES.find(one => one === name) ?? fail(at, `there is no module ${name}: ${MODULES.join(', ')}`);
  if (value.kind !== 'map')
    return new Map(listIn(value).map(one => [known(one.kind === 'scalar' ? one.text : '', one), {}]));
  return new Map(
    value.fields.flatMap(({ key, value: inner }) => {
      const name = known(key, inner);
      const settings = plainOf(inner);
      if (settings === false) return [];
      if (settings === true || settings === null) return [[name, {}] as const];
      return isRecord(settings)
        ? [[name, settings] as const]
        : fail(inner, `the settings of ${key} must be a map, true or false`);
    }),
  );
}

/** A value as JSON has it; numbers and booleans as YAML's core schema reads them. */
function plainOf(value: Value): unknown {
  if (value.kind === 'list') return value.items.map(plainOf);
  if (value.kind === 'map')
    return Object.fromEntries(value.fields.map(field => [field.key, plainOf(field.value)]));
  if (value.isNull) return null;
  if (value.text === 'true' || value.text === 'false') return value.text === 'true';
  return /^[-+]?(\d+(\.\d*)?|\.\d+)$/.test(value.text) ? Number(value.text) : value.text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
