import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import { member, readJson } from '../../reading/index.ts';

/** What a lock file says of an installed package. */
export type LockedUse = 'production' | 'development';

/** In the order of trust: the hidden one describes what is installed. */
const LOCKS = ['node_modules/.package-lock.json', 'npm-shrinkwrap.json', 'package-lock.json'];

/**
 * What npm's lock file says of each package below an app, by real path (package-lock.json, versions
 * 1 to 3): `development` is what `npm ci --omit=dev` leaves out. What is development or optional
 * stays production. Empty when there is no such lock file.
 */
export function readNpmLock(tree: Tree, app: string): ReadonlyMap<string, LockedUse> {
  for (const name of LOCKS) {
    const lock = readJson(tree, posix.join(app, name));
    const packages = member(lock, 'packages');
    if (isRecord(packages)) return fromPackages(app, packages);
    const dependencies = member(lock, 'dependencies');
    if (isRecord(dependencies)) return fromDependencies(app, dependencies);
  }
  return new Map();
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function useOf(entry: unknown): LockedUse {
  return member(entry, 'dev') === true ? 'development' : 'production';
}

/** Versions 2 and 3: `packages`, by the path below the app. */
function fromPackages(app: string, packages: Readonly<Record<string, unknown>>): Map<string, LockedUse> {
  const uses = new Map<string, LockedUse>();
  for (const [path, entry] of Object.entries(packages))
    if (path !== '') uses.set(posix.join(app, path), useOf(entry));
  return uses;
}

/** Version 1: `dependencies`, nested as they are installed. */
function fromDependencies(app: string, top: Readonly<Record<string, unknown>>): Map<string, LockedUse> {
  const uses = new Map<string, LockedUse>();
  const waiting = [{ at: app, dependencies: top }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [name, entry] of Object.entries(next.dependencies)) {
      const path = posix.join(next.at, 'node_modules', name);
      uses.set(path, useOf(entry));
      const nested = member(entry, 'dependencies');
      if (isRecord(nested)) waiting.push({ at: path, dependencies: nested });
    }
  }
  return uses;
}
