import { posix } from 'node:path';
import { pathsNamed, type Tree } from '../../../tree/index.ts';
import { member, readJson } from '../../reading/index.ts';
import { type LockedUse, readNpmLock } from './npm-lock.ts';
import {
  dependencyNames,
  type PackageManifest,
  packageManifests,
  packageRootOf,
  productionNames,
} from './npm-manifest.ts';

const STARTS = /^(pre|post)?(start|serve)([:-]|$)/;

/**
 * The real paths of the installed npm packages that only `devDependencies` ask for. A package counts
 * as production when the app, or a package in its directory (a workspace), reaches it by
 * `dependencies`, `optionalDependencies` or `peerDependencies` as Node would look it up; when its
 * lock file says so; when a start script names its command; or when nothing is known of it.
 */
export function developmentRoots(
  tree: Tree,
  manifestOf: (root: string) => PackageManifest = packageManifests(tree),
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const app of appDirectories(tree)) {
    const manifests = manifestsOf(tree, app);
    const find = finder(tree);
    const production = reach({ find, manifestOf }, [
      ...manifests.flatMap(each => wanted(each, productionNames(each.value))),
      ...manifests.flatMap(each => started(tree, each)),
    ]);
    const development = reach(
      { find, manifestOf },
      manifests.flatMap(each => wanted(each, dependencyNames(each.value, 'devDependencies'))),
    );
    const lock = readNpmLock(tree, app);
    for (const root of candidates(development, lock))
      if (!production.has(root) && lock.get(root) !== 'production' && isBelow(root, app)) found.add(root);
  }
  return found;
}

function candidates(reached: ReadonlySet<string>, lock: ReadonlyMap<string, LockedUse>): Set<string> {
  const locked = [...lock].filter(([, use]) => use === 'development').map(([path]) => path);
  return new Set([...reached, ...locked]);
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** The directories that have a `package.json` and a `node_modules`, and are not installed themselves. */
function appDirectories(tree: Tree): readonly string[] {
  const apps: string[] = [];
  for (const path of pathsNamed(tree, 'node_modules')) {
    const app = posix.dirname(path);
    if (isInstalled(app) || tree.get(path)?.kind !== 'directory') continue;
    if (tree.resolve(posix.join(app, 'package.json')) !== undefined) apps.push(app);
  }
  return apps;
}

function isInstalled(path: string): boolean {
  return /\/node_modules(\/|$)/.test(path) || path.startsWith('/usr/share/nodejs/');
}

/** A `package.json` and where it is. */
interface Manifest {
  readonly directory: string;
  readonly value: unknown;
}

/** The app's own manifest, and those of the packages in its directory that are not installed. */
function manifestsOf(tree: Tree, app: string): readonly Manifest[] {
  const manifests: Manifest[] = [];
  const waiting = [app];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const name of tree.list(directory)) {
      const path = posix.join(directory, name);
      if (name === 'package.json') manifests.push({ directory, value: readJson(tree, path) });
      else if (name !== 'node_modules' && tree.get(path)?.kind === 'directory') waiting.push(path);
    }
  }
  return manifests;
}

/** A name that is looked up from a directory. */
interface Wanted {
  readonly from: string;
  readonly name: string;
}

function wanted({ directory }: Pick<Manifest, 'directory'>, names: readonly string[]): readonly Wanted[] {
  return names.map(name => ({ from: directory, name }));
}

/** The packages whose commands a start script names: an app may well run by one (`ts-node`, `next`). */
function started(tree: Tree, manifest: Manifest): readonly Wanted[] {
  const scripts = member(manifest.value, 'scripts');
  if (typeof scripts !== 'object' || scripts === null) return [];
  const commands = Object.entries(scripts).filter(([name]) => STARTS.test(name));
  return commands.flatMap(([, command]) =>
    String(command)
      .split(/[\s;&|()'"=]+/)
      .flatMap(word => {
        const target = tree.resolve(posix.join(manifest.directory, 'node_modules/.bin', word))?.node;
        const root = target?.kind === 'file' ? packageRootOf(target.path) : undefined;
        const name = root?.split('/node_modules/').at(-1);
        return name === undefined ? [] : [{ from: manifest.directory, name }];
      }),
  );
}

/** Where packages are, and what they say. */
interface Installed {
  readonly find: (wanted: Wanted) => string | undefined;
  readonly manifestOf: (root: string) => PackageManifest;
}

/** The real paths of the packages that are reached, each from where it is asked for. */
function reach({ find, manifestOf }: Installed, start: readonly Wanted[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...start];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const root = find(next);
    if (root === undefined || reached.has(root)) continue;
    reached.add(root);
    waiting.push(...wanted({ directory: root }, manifestOf(root).needs));
  }
  return reached;
}

/** Node's look-up of a package (Node.js, "Loading from node_modules folders"), as a real path. */
function finder(tree: Tree): Installed['find'] {
  const places = new Map<string, readonly string[]>();
  return ({ from, name }) => {
    if (!/^(@[^/]+\/)?[^/]+$/.test(name) || /(^|\/)\.\.?$/.test(name)) return undefined;
    const directories = places.get(from) ?? modulesFrom(tree, from);
    places.set(from, directories);
    for (const directory of directories) {
      const node = tree.resolve(`${directory}/${name}`)?.node;
      if (node?.kind === 'directory') return node.path;
    }
    return undefined;
  };
}

/** The directories of packages that are seen from a directory, the nearest first. */
function modulesFrom(tree: Tree, from: string): readonly string[] {
  const found: string[] = [];
  for (let at = from; ; at = posix.dirname(at)) {
    if (posix.basename(at) !== 'node_modules') {
      const directory = posix.join(at, 'node_modules');
      if (tree.resolve(directory)?.node.kind === 'directory') found.push(directory);
    }
    if (at === '/') return found;
  }
}
