import { member } from '../../reading/index.ts';

/** The directory of the innermost installed package that a path lies in. */
export function packageRootOf(path: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/@.][^/]*(?=\/|$)/.exec(path)?.[0];
}

/** The names in one of the dependency fields of a `package.json`. */
export function dependencyNames(manifest: unknown, field: string): readonly string[] {
  const value = member(manifest, field);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}
