import { posix } from 'node:path';
import type { Found, View } from '../view/index.ts';
import type { Installation } from './installation.ts';
import { compiledOf, importRoot, type Module, ModuleFinder, type SearchPath } from './modules.ts';

/** Whose code a source is. */
export type Origin = 'stdlib' | 'library' | 'own';

const SYSTEM_DIRECTORIES = new Set([
  '/',
  '/bin',
  '/sbin',
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
]);

/** Finds modules as the interpreters of one image would. It learns of interpreters and scripts as they are met. */
export class Resolver {
  readonly #view: View;
  readonly #finder: ModuleFinder;
  readonly #active: Installation[] = [];
  readonly #scripts = new Set<string>();
  readonly #places = new Set<string>();
  readonly #done = new Set<Module>();
  readonly #roots = new Map<string, string>();
  readonly #paths = new Map<string, SearchPath>();
  #early: readonly string[] = [];

  constructor(view: View) {
    this.#view = view;
    this.#finder = new ModuleFinder(view);
    this.#refresh();
  }

  get installations(): readonly Installation[] {
    return this.#active;
  }

  /** Directories that scripts put first on the path, the working directory among them. */
  get scriptDirectories(): readonly string[] {
    return this.#early;
  }

  /** From now on, modules are looked for in this installation too. False when it is known already. */
  activate(installation: Installation): boolean {
    if (this.#active.some(known => known.path.join() === installation.path.join())) return false;
    this.#active.push(installation);
    return true;
  }

  /** From now on, modules are looked for beside this script too. */
  addScript(path: string): void {
    this.#scripts.add(this.#view.real(path));
    this.#refresh();
  }

  /** From now on, modules are looked for in this directory too. */
  addDirectory(path: string): void {
    this.#places.add(path);
    this.#refresh();
  }

  /** Whether the file is itself run. */
  isProgram(path: string): boolean {
    return this.#scripts.has(path);
  }

  #refresh(): void {
    this.#paths.clear();
    const beside = [...this.#scripts].map(script => posix.dirname(script));
    const listed = (this.#view.env.PYTHONPATH ?? '').split(':').filter(dir => dir !== '');
    const all = [
      ...beside,
      ...listed.map(dir => posix.resolve(this.#view.cwd, dir)),
      ...this.#places,
      this.#view.cwd,
    ];
    this.#early = [...new Set(all)].filter(dir => !SYSTEM_DIRECTORIES.has(dir));
  }

  originOf(path: string): Origin {
    for (const { sites, stdlib } of this.#active) {
      if (sites.some(site => path.startsWith(`${site}/`) && !this.#early.includes(site))) return 'library';
      if (path.startsWith(`${stdlib}/`)) return 'stdlib';
    }
    return /\/(?:site|dist)-packages\//.test(path) ? 'library' : 'own';
  }

  /** The directory from which a source's package is named. */
  rootOf(path: string): string {
    const dir = posix.dirname(path);
    const known = this.#roots.get(dir);
    if (known !== undefined) return known;
    const root = importRoot(this.#view, path);
    this.#roots.set(dir, root);
    return root;
  }

  /** The module of that name for a source in `root`, in each installation. */
  find(name: string, root = ''): { module: Module; installation: Installation }[] {
    const found: { module: Module; installation: Installation }[] = [];
    if (name.length > MAX_NAME) return found;
    for (const installation of this.#active) {
      const module = this.#finder.find(name, this.#pathOf(installation, root), installation.version);
      if (module !== undefined) found.push({ module, installation });
    }
    return found;
  }

  #pathOf(installation: Installation, root: string): SearchPath {
    const key = `${installation.path[0]}:${installation.path.at(-1)}:${root}`;
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const listed = root === '' || installation.path.includes(root) || SYSTEM_DIRECTORIES.has(root);
    const dirs = [...new Set([...this.#early, ...(listed ? [] : [root]), ...installation.path])];
    const path = { key: dirs.join(':'), dirs };
    this.#paths.set(key, path);
    return path;
  }

  /** True when such a module is there. */
  has(name: string, root = ''): boolean {
    return this.find(name, root).length > 0;
  }

  /** The files of a module and of the packages that it is in; only what was not asked for before. */
  take(name: string, root: string, reason: string): { found: Found[]; fresh: string[] } {
    const found: Found[] = [];
    const fresh: string[] = [];
    const parts = name.split('.');
    for (let length = 1; length <= Math.min(parts.length, 32); length++) {
      const prefix = parts.slice(0, length).join('.');
      for (const { module, installation } of this.find(prefix, root)) {
        if (this.#done.has(module)) continue;
        this.#done.add(module);
        fresh.push(prefix);
        for (const path of module.files) found.push(...this.#withCompiled(path, installation, reason));
      }
    }
    return { found, fresh };
  }

  #withCompiled(path: string, installation: Installation, reason: string): Found[] {
    const compiled = compiledOf(this.#view, path, installation.version);
    const kept = compiled.map((file): Found => ({ path: file, reason: 'compiled form', kind: 'cache' }));
    return [{ path, reason, kind: 'code' }, ...kept];
  }

  /** The names of all modules of a package, itself first. At most 20 000. */
  everything(name: string, root: string): string[] {
    const names = [name];
    for (let at = 0; at < names.length && names.length < 20_000; at++) {
      for (const { module } of this.find(names[at]!, root))
        for (const dir of module.dirs)
          for (const inner of this.#finder.inside(dir))
            if (!WASTE.has(inner)) names.push(`${names[at]}.${inner}`);
    }
    return names;
  }

  /** The names of the modules in a directory of the path. */
  inside(dir: string): string[] {
    return this.#finder.inside(dir);
  }
}

const MAX_NAME = 500;
const WASTE = new Set(['tests', 'test', 'conftest', 'testing', '__main__']);
