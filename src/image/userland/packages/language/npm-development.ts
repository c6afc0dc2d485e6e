import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import { member, readJson } from '../../reading/index.ts';
import { type LockedUse, readNpmLock } from './npm-lock.ts';
import { dependencyNames, packageRootOf } from './npm-manifest.ts';

const PRODUCTION = ['dependencies', 'optionalDependencies', 'peerDependencies'];
const STARTS = /^(pre|post)?(start|serve)([:-]|$)/;

/**
 * The real paths of the installed npm packages that only `devDependencies` ask for. A package counts
 * as production when the app, or a package in its directory (a workspace), reaches it by
 * `dependencies`, `optionalDependencies` or `peerDependencies` as Node would look it up; when its
 * lock file says so; when a start script names its command; or when nothing is known of it.
 */
export function developmentRoots(tree: Tree): ReadonlySet<string> {
  const found = new Set<string>();
  for (const app of appDirectories(tree)) {
    const manifests = manifestsOf(tree, app);
    const production = reach(tree, [
      ...manifests.flatMap(each => wanted(each, PRODUCTION)),
      ...manifests.flatMap(each => started(tree, each)),
    ]);
    const development = reach(
      tree,
      manifests.flatMap(each => wanted(each, ['devDependencies'])),
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
  for (const node of tree.nodes()) {
    if (node.kind !== 'directory' || !node.path.endsWith('/node_modules')) continue;
    const app = posix.dirname(node.path);
    if (isInstalled(app) || tree.resolve(posix.join(app, 'package.json')) === undefined) continue;
    apps.push(app);
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

function wanted(manifest: Manifest, fields: readonly string[]): readonly Wanted[] {
  return fields.flatMap(field =>
    dependencyNames(manifest.value, field).map(name => ({ from: manifest.directory, name })),
  );
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

/** The real paths of the packages that are reached, each from where it is asked for. */
function reach(tree: Tree, start: readonly Wanted[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...start];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const root = lookUp(tree, next);
    if (root === undefined || reached.has(root)) continue;
    reached.add(root);
    const value = readJson(tree, posix.join(root, 'package.json'));
    waiting.push(...wanted({ directory: root, value }, PRODUCTION));
  }
  return reached;
}

/** Node's look-up of a package (Node.js, "Loading from node_modules folders"), as a real path. */
function lookUp(tree: Tree, { from, name }: Wanted): string | undefined {
  if (!/^(@[^/]+\/)?[^/]+$/.test(name) || /(^|\/)\.\.?$/.test(name)) return undefined;
  for (let at = from; ; at = posix.dirname(at)) {
    if (posix.basename(at) !== 'node_modules') {
      const node = tree.resolve(posix.join(at, 'node_modules', name))?.node;
      if (node?.kind === 'directory') return node.path;
    }
    if (at === '/') return undefined;
  }
}
