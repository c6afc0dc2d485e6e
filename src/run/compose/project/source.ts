import { SampanError } from '../../../core/errors/index.ts';
import type { ProjectOptions } from './options.ts';

/** All that was read to make a project: read again, it gives the same one. Plain data; it may hold secrets. */
export interface ProjectSource {
  readonly paths: readonly string[];
  readonly directory: string;
  readonly home: string;
  readonly name: string | undefined;
  readonly profiles: readonly string[];
  /** Texts by path. */
  readonly texts: Readonly<Record<string, string>>;
  /** Where paths led, links resolved. */
  readonly real: Readonly<Record<string, string>>;
  /** Those that were asked for and set. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Options that note what is read with them. */
export function recording(
  paths: readonly string[],
  options: ProjectOptions & { readonly directory: string },
): { readonly options: typeof options; readonly source: ProjectSource } {
  const texts: Record<string, string> = {};
  const real: Record<string, string> = {};
  const variables: Record<string, string> = {};
  const { directory, home, name, profiles = [] } = options;
  return {
    source: { paths, directory, home, name, profiles, texts, real, variables },
    options: {
      ...options,
      files: {
        read: path => {
          const text = options.files.read(path);
          texts[path] = text;
          return text;
        },
        real: path => {
          const place = options.files.real(path);
          real[path] = place;
          return place;
        },
      },
      variables: wanted => {
        const value = options.variables(wanted);
        if (value !== undefined) variables[wanted] = value;
        return value;
      },
    },
  };
}

/** Options that give what was read before. */
export function replaying(source: ProjectSource): ProjectOptions {
  const { texts, real, variables, directory, home, name, profiles } = source;
  return {
    files: {
      read: path => {
        const text = own(texts, path);
        if (text === undefined) throw new SampanError('not-found', `there was no ${path}`);
        return text;
      },
      real: path => own(real, path) ?? path,
    },
    variables: wanted => own(variables, wanted),
    directory,
    home,
    name,
    profiles,
  };
}

function own(values: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** What was kept of a project, checked; undefined for anything else. */
export function parseSource(value: unknown): ProjectSource | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { paths, directory, home, name, profiles, texts, real, variables }: Partial<Record<string, unknown>> =
    {
      ...value,
    };
  if (!isTexts(paths) || !isTexts(profiles) || typeof directory !== 'string' || typeof home !== 'string')
    return undefined;
  if (!isTextMap(texts) || !isTextMap(real) || !isTextMap(variables)) return undefined;
  if (name !== undefined && typeof name !== 'string') return undefined;
  return { paths, directory, home, name, profiles, texts, real, variables };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(one => typeof one === 'string');
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && isTexts(Object.values(value));
}
