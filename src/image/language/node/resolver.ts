import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import type { View } from '../view/index.ts';
import { mapped } from './exports.ts';
import { Manifests, type PackageManifest } from './manifest.ts';
import type { Specifier } from './scan.ts';

const BUILTIN = new Set(builtinModules);
const EXTENSIONS = ['.js', '.json', '.node', '.cjs', '.mjs', '.ts', '.tsx', '.mts', '.cts', '.jsx'];
const CONDITIONS = {
  require: new Set(['node', 'require', 'module-sync', 'node-addons', 'production', 'default']),
  import: new Set(['node', 'import', 'module-sync', 'node-addons', 'production', 'default']),
};

/** Finds the files of modules as Node.js does ("Modules: CommonJS" and "ECMAScript modules", resolution). */
export class NodeResolver {
  readonly manifests: Manifests;
  readonly #view: View;
  readonly #global: readonly string[];
  readonly #known = new Map<string, readonly string[]>();

  constructor(view: View) {
    this.#view = view;
    this.manifests = new Manifests(view);
    this.#global = globalDirectories(view);
  }

  /** The files of a module for a source: the module itself and every `package.json` that was read. None if not found. */
  resolve({ name, kind }: Specifier, from: string): readonly string[] {
    const dir = posix.dirname(from);
    const key = `${kind} ${name} ${dir}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const file = this.#find(name, kind, dir);
    const files = file === undefined ? [] : this.withManifests(file);
    this.#known.set(key, files);
    return files;
  }

  /** A file by its real path, and the manifests that say of what kind it is. */
  withManifests(file: string): string[] {
    const real = this.#view.real(file);
    const found = new Set([file]);
    for (const manifest of [this.manifests.of(real), this.manifests.packageOf(real)])
      if (manifest !== undefined) found.add(`${manifest.dir}/package.json`);
    return [...found];
  }

  #find(name: string, kind: Specifier['kind'], dir: string): string | undefined {
    if (name.startsWith('node:') || BUILTIN.has(name)) return undefined;
    if (name.startsWith('file:///')) return this.file(name.slice('file://'.length));
    if (/^(?:\.{1,2}(?:\/|$)|\/)/.test(name))
      return this.file(posix.resolve(dir, name.replace(/[?#].*$/, '')));
    const scope = this.manifests.of(`${dir}/x`);
    if (name.startsWith('#')) return scope === undefined ? undefined : this.#imported(scope, name, kind, dir);
    const [, packageName = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(name) ?? [];
    if (packageName === '' || packageName.includes('\0')) return undefined;
    if (scope?.name === packageName && scope.exports !== undefined) {
      const own = this.#exported(scope, rest, kind);
      if (own !== undefined) return own;
    }
    for (const place of this.#places(dir)) {
      const found = this.#inside(posix.join(place, packageName), rest, kind);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  *#places(dir: string): Generator<string, void, undefined> {
    for (let at = dir; ; at = posix.dirname(at)) {
      if (posix.basename(at) !== 'node_modules') {
        const place = posix.join(at, 'node_modules');
        if (this.#view.names(place).size > 0) yield place;
      }
      if (at === '/') break;
    }
    yield* this.#global;
  }

  #imported(scope: PackageManifest, name: string, kind: Specifier['kind'], dir: string): string | undefined {
    for (const target of mapped(scope.imports, name, CONDITIONS[kind])) {
      const found = target.startsWith('.')
        ? this.file(posix.resolve(scope.dir, target))
        : target.startsWith('#')
          ? undefined
          : this.#find(target, kind, dir);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #exported(manifest: PackageManifest, rest: string, kind: Specifier['kind']): string | undefined {
    for (const target of mapped(manifest.exports, `.${rest}`, CONDITIONS[kind])) {
      const found = this.file(posix.resolve(manifest.dir, target));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A package, or a single file, in a `node_modules`. */
  #inside(path: string, rest: string, kind: Specifier['kind']): string | undefined {
    const manifest = this.manifests.in(path);
    if (manifest?.exports !== undefined && manifest.exports !== null) {
      const found = this.#exported(manifest, rest, kind);
      if (found !== undefined) return found;
    }
    return this.file(path + rest);
  }

  /** The file or directory that a path without extension stands for. */
  file(path: string): string | undefined {
    if (path.length > 4096 || path.includes('\0')) return undefined;
    const as = this.#asFile(path);
    if (as !== undefined) return as;
    if (!this.#view.isDirectory(path)) return undefined;
    const main = this.manifests.in(path)?.main;
    const target = main === undefined ? undefined : posix.resolve(path, main);
    const found = target === undefined ? undefined : (this.#asFile(target) ?? this.#index(target));
    return found ?? this.#index(path);
  }

  #index(dir: string): string | undefined {
    return this.#withExtension(posix.join(dir, 'index'));
  }

  #asFile(path: string): string | undefined {
    if (this.#isFile(path)) return path;
    const typed = /\.[cm]?js$/.test(path) ? path.replace(/js$/, 'ts') : undefined;
    return this.#withExtension(path) ?? (typed !== undefined && this.#isFile(typed) ? typed : undefined);
  }

  #withExtension(path: string): string | undefined {
    const extension = EXTENSIONS.find(end => this.#isFile(path + end));
    return extension === undefined ? undefined : path + extension;
  }

  #isFile(path: string): boolean {
    return (
      this.#view.names(posix.dirname(path)).has(posix.basename(path)) && this.#view.file(path) !== undefined
    );
  }
}

/** Places beside `node_modules`: `NODE_PATH`, the old ones of the user, those of Debian and of npm. */
function globalDirectories(view: View): string[] {
  const listed = (view.env.NODE_PATH ?? '').split(':').filter(dir => dir !== '');
  const home = view.env.HOME ?? '/root';
  const triplets = [...view.names('/usr/lib')].filter(
    name => name.endsWith('-gnu') || name.includes('-gnueabi'),
  );
  return [
    ...listed.map(dir => posix.resolve(view.cwd, dir)),
    `${home}/.node_modules`,
    `${home}/.node_libraries`,
    ...triplets.map(name => `/usr/lib/${name}/nodejs`),
    '/usr/lib/nodejs',
    '/usr/lib/node',
    '/usr/share/nodejs',
    '/usr/local/lib/node',
  ].filter(dir => view.isDirectory(dir));
}
