import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import { member, readJson, textMember } from '../../reading/index.ts';

const PRODUCTION = ['dependencies', 'optionalDependencies', 'peerDependencies'];

/** What is asked of the `package.json` of an installed package. */
export interface PackageManifest {
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** The names that it needs in production. */
  readonly needs: readonly string[];
}

/** Reads the `package.json` of packages by their roots, each once: images have thousands of them. */
export function packageManifests(tree: Tree): (root: string) => PackageManifest {
  const known = new Map<string, PackageManifest>();
  return root => {
    const before = known.get(root);
    if (before !== undefined) return before;
    const value = readJson(tree, posix.join(root, 'package.json'));
    const manifest = {
      name: textMember(value, 'name'),
      version: textMember(value, 'version'),
      needs: productionNames(value),
    };
    known.set(root, manifest);
    return manifest;
  };
}

/** The names that a `package.json` needs in production. */
export function productionNames(manifest: unknown): readonly string[] {
  return PRODUCTION.flatMap(field => dependencyNames(manifest, field));
}

/** The directory of the innermost installed package that a path lies in. */
export function packageRootOf(path: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/@.][^/]*(?=\/|$)/.exec(path)?.[0];
}

/** The names in one of the dependency fields of a `package.json`. */
export function dependencyNames(manifest: unknown, field: string): readonly string[] {
  const value = member(manifest, field);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}
