import { posix } from 'node:path';
import type { View } from '../view/index.ts';

/** A module as the import system finds it. */
export interface Module {
  /** `a.b.c` */
  readonly name: string;
  /** Its sources and extensions; none for a namespace package. */
  readonly files: readonly string[];
  /** Where its submodules are; none when it is no package. */
  readonly dirs: readonly string[];
}

type Index = ReadonlyMap<string, readonly string[]>;

const SOURCE = /^([^.]+)(?:\.(?:cpython|pypy|abi)[^.]*)?\.(?:py|pyc|so)$/;

/** Directories in the order in which they are searched. */
export interface SearchPath {
  /** The same for the same directories. */
  readonly key: string;
  readonly dirs: readonly string[];
}

/** Finds modules below directories, and remembers what it found (reference manual, section 5). */
export class ModuleFinder {
  readonly #view: View;
  readonly #indexes = new Map<string, Index>();
  readonly #found = new Map<string, Map<string, Module | undefined>>();

  constructor(view: View) {
    this.#view = view;
  }

  /** The module of a dotted name, looked for along `path` as `sys.path`, for Python `version`. */
  find(name: string, path: SearchPath, version: string): Module | undefined {
    const known = this.#memory(`${version} ${path.key}`);
    if (known.has(name)) return known.get(name);
    const cut = name.lastIndexOf('.');
    const parent = cut < 0 ? undefined : this.find(name.slice(0, cut), path, version);
    const dirs = cut < 0 ? path.dirs : (parent?.dirs ?? []);
    const module = this.#look(name, name.slice(cut + 1), dirs, version);
    known.set(name, module);
    return module;
  }

  #memory(key: string): Map<string, Module | undefined> {
    const known = this.#found.get(key) ?? new Map<string, Module | undefined>();
    this.#found.set(key, known);
    return known;
  }

  /** The names of the modules and packages in a directory. */
  inside(dir: string): string[] {
    const packages = [...this.#view.names(dir)].filter(name => this.#init(`${dir}/${name}`).length > 0);
    return [...new Set([...this.#index(dir).keys(), ...packages])].filter(name => name !== '__init__');
  }

  #look(name: string, last: string, dirs: readonly string[], version: string): Module | undefined {
    const spaces: string[] = [];
    for (const dir of dirs) {
      const inner = `${dir}/${last}`;
      if (this.#view.names(dir).has(last) && this.#view.isDirectory(inner)) {
        const files = this.#init(inner);
        if (files.length > 0) return { name, files, dirs: [inner] };
        spaces.push(inner);
      }
      const files = (this.#index(dir).get(last) ?? []).filter(file => fits(file, version));
      if (files.length > 0) return { name, files: files.map(file => `${dir}/${file}`), dirs: [] };
    }
    return spaces.length === 0 ? undefined : { name, files: [], dirs: spaces };
  }

  #init(dir: string): string[] {
    return (this.#index(dir).get('__init__') ?? []).map(file => `${dir}/${file}`);
  }

  #index(dir: string): Index {
    const known = this.#indexes.get(dir);
    if (known !== undefined) return known;
    const index = new Map<string, string[]>();
    for (const file of this.#view.names(dir)) {
      const module = SOURCE.exec(file)?.[1];
      if (module === undefined) continue;
      const files = index.get(module);
      if (files === undefined) index.set(module, [file]);
      else files.push(file);
    }
    this.#indexes.set(dir, index);
    return index;
  }
}

/** An extension for another version of Python is not found by this one. */
function fits(file: string, version: string): boolean {
  const tag = /\.cpython-(\d+)/.exec(file)?.[1];
  return tag === undefined || tag === version.replace('.', '');
}

/** The compiled form of a source, where Python would look for it (PEP 3147), if it is there. */
export function compiledOf(view: View, source: string, version: string): string[] {
  if (!source.endsWith('.py')) return [];
  const cache = posix.join(posix.dirname(source), '__pycache__');
  const stem = `${posix.basename(source, '.py')}.cpython-${version.replace('.', '')}`;
  const names = view.names(cache);
  return [`${stem}.pyc`, `${stem}.opt-1.pyc`].filter(name => names.has(name)).map(name => `${cache}/${name}`);
}

/** The directory from which a source's absolute imports of its own package start: the first without `__init__.py`. */
export function importRoot(view: View, source: string): string {
  let dir = posix.dirname(source);
  while (dir !== '/' && view.names(dir).has('__init__.py')) dir = posix.dirname(dir);
  return dir;
}

/** The dotted name of the package that a source is in, below `root`. */
export function packageOf(source: string, root: string): string {
  const dir = posix.dirname(source);
  return dir === root ? '' : posix.relative(root, dir).replaceAll('/', '.');
}
