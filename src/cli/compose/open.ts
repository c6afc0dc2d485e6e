import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import {
  formatProblem,
  type Project,
  parseEnvFile,
  readProject,
  type Variables,
} from '../../run/compose/index.ts';
import type { Context } from '../context/index.ts';
import { deviceConfig } from './device.ts';
import { composeFiles, machineFiles } from './files.ts';
import type { ProjectValues } from './options.ts';

/** A project, with where its variables come from. */
export interface OpenProject {
  readonly project: Project;
  /** Where the value of a variable of the files comes from; undefined for one that is not set. */
  originOf(name: string): VariableOrigin | undefined;
}

/** Where a variable is set, the strongest first: those above hide those below. */
export const ORIGINS = ['flag', 'environment', 'device', 'env_file'] as const;

/** Where a variable is set. */
export interface VariableOrigin {
  readonly origin: (typeof ORIGINS)[number];
  /** `FILE:LINE`, where it is a file. */
  readonly from?: string;
}

/**
 * Reads the project that is meant, and says what a person should know about it.
 *
 * @throws SampanError `usage` with each problem of the files, `not-found`.
 */
export function openProject(
  context: Context,
  values: ProjectValues,
  wanted: readonly string[] = [],
): OpenProject {
  const { env, cwd, home } = context;
  const paths = composeFiles(context, values.file);
  const directory =
    values.projectDirectory === undefined ? dirname(paths[0] ?? cwd) : resolve(cwd, values.projectDirectory);
  const layers = variableLayers(context, values, { directory, paths });
  const profiles =
    values.profile.length > 0 ? values.profile : (env.COMPOSE_PROFILES?.split(',').filter(Boolean) ?? []);
  const layerOf = (name: string): Layer | undefined => layers.find(({ values: known }) => known.has(name));
  const project = readProject(paths, {
    files: machineFiles,
    variables: name => layerOf(name)?.values.get(name),
    home,
    directory,
    name: values.projectName ?? env.COMPOSE_PROJECT_NAME,
    profiles,
    wanted,
  });
  if (!context.quiet)
    for (const notice of project.notices) context.stderr.write(`! ${formatProblem(notice)}\n`);
  return { project, originOf: name => layerOf(name)?.originOf(name) };
}

interface Layer {
  originOf(name: string): VariableOrigin;
  readonly values: ReadonlyMap<string, string>;
}

/** Flags over the environment over the device over files. */
function variableLayers(
  context: Context,
  values: ProjectValues,
  { directory, paths }: { readonly directory: string; readonly paths: readonly string[] },
): readonly Layer[] {
  const { env, cwd } = context;
  const flags = values.set.map(pair => {
    const at = pair.indexOf('=');
    if (at < 1) throw new SampanError('usage', `--set ${pair}: must be NAME=VALUE`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  const environment = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const above: Layer[] = [
    { originOf: () => ({ origin: 'flag' }), values: new Map(flags) },
    { originOf: () => ({ origin: 'environment' }), values: new Map(environment) },
    { originOf: () => ({ origin: 'device' }), values: deviceConfig(context, paths)?.variables ?? new Map() },
  ];
  const own = join(directory, '.env');
  const files =
    values.envFile.length > 0 ? values.envFile.map(path => resolve(cwd, path)) : existsSync(own) ? [own] : [];
  // Later files are over earlier ones.
  return [...above, ...files.map(path => fileLayer(path, name => env[name])).reverse()];
}

function fileLayer(path: string, variables: Variables): Layer {
  const { values, lines, problems } = parseEnvFile(machineFiles.read(path), variables);
  const [first] = problems;
  if (first !== undefined) throw new SampanError('usage', `${path}:${first.line}: ${first.message}`);
  const known = [...values].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return {
    originOf: name => ({ origin: 'env_file', from: `${path}:${lines.get(name) ?? 1}` }),
    values: new Map(known),
  };
}
