import type { Tree } from '../../tree/index.ts';
import type { LanguagePackage } from '../packages/language/index.ts';
import type { PackageDatabase } from '../packages/os/index.ts';
import { type Environment, translationNames, wantedLocales } from '../system/index.ts';
import { partNames } from './parts.ts';
import type { Surroundings } from './types.ts';

/** What is known of a tree when its waste is looked for. */
export interface Known {
  readonly tree: Tree;
  readonly env: Environment;
  readonly databases: readonly PackageDatabase[];
  readonly languages: readonly LanguagePackage[];
}

const COMPILERS = new Set([
  'typescript',
  'ts-node',
  'tsx',
  'ts-node-dev',
  'esbuild-register',
  'jiti',
  '@swc-node/register',
]);

/** Prepares what rules ask. Sources of libraries are read at the first question about them, once. */
export function surroundingsOf(known: Known): Surroundings {
  const development = new Set(known.languages.filter(each => each.development).flatMap(each => each.paths));
  const owned = (path: string): boolean => known.databases.some(each => each.ownerOf(path) !== undefined);
  return {
    has: path => known.tree.get(path) !== undefined,
    languages: new Set(wantedLocales(known.env).flatMap(translationNames)),
    isDevelopment: path => isBelow(path, development),
    compilesTypeScript: known.languages.some(
      each =>
        each.ecosystem === 'npm' &&
        !each.development &&
        COMPILERS.has(each.name) &&
        !owned(`${each.root}/package.json`),
    ),
    namesPart: partNames(known.tree),
  };
}

function isBelow(path: string, roots: ReadonlySet<string>): boolean {
  if (roots.size === 0) return false;
  for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (roots.has(at)) return true;
  return false;
}
