import { posix } from 'node:path';
import type { Command, Found, View } from '../view/index.ts';
import { Distributions, packageData } from './packages.ts';
import type { Resolver } from './resolver.ts';
import { scanPython } from './scan.ts';
import { DYNAMIC_MODULES, MODULE_DATA, PACKAGE_MODULES } from './tables.ts';

/** Imports while they are collected. */
export interface Draft {
  readonly files: Found[];
  readonly commands: Command[];
  readonly libraries: string[];
  computed: boolean;
}

/** No imports yet. */
export function newDraft(): Draft {
  return { files: [], commands: [], libraries: [], computed: false };
}

/** Adds modules with all that comes with them: tables of computed imports, data, metadata. */
export class Modules {
  readonly #view: View;
  readonly #resolver: Resolver;
  readonly #distributions: Distributions;
  readonly #packages = new Set<string>();
  readonly #whole = new Set<string>();

  constructor(view: View, resolver: Resolver) {
    this.#view = view;
    this.#resolver = resolver;
    this.#distributions = new Distributions(view);
  }

  /** Adds a module, and what is known to come with it. `a.*` is all of a package, `a*` all modules that begin so. */
  add(draft: Draft, name: string, root: string, reason: string): void {
    if (name.endsWith('.*')) {
      for (const each of this.#resolver.everything(name.slice(0, -2), root))
        this.add(draft, each, root, reason);
      return;
    }
    if (name.endsWith('*')) {
      const dirs = this.#resolver.installations.map(installation => installation.stdlib);
      for (const each of dirs.flatMap(dir => this.#resolver.inside(dir)))
        if (each.startsWith(name.slice(0, -1))) this.add(draft, each, root, reason);
      return;
    }
    const { found, fresh } = this.#resolver.take(name, root, reason);
    draft.files.push(...found);
    for (const module of fresh) this.#addCompany(draft, module, root);
  }

  #addCompany(draft: Draft, module: string, root: string): void {
    const more = `${DYNAMIC_MODULES.get(module) ?? ''} ${PACKAGE_MODULES.get(module) ?? ''}`.split(' ');
    for (const name of more) if (name !== '') this.add(draft, name, root, `used by ${module}`);
    for (const path of MODULE_DATA.get(module) ?? []) {
      const paths = this.#view.isDirectory(path) ? this.#view.under(path, isOtherZones) : [path];
      draft.files.push(
        ...paths.map((file): Found => ({ path: file, reason: `data of ${module}`, kind: 'data' })),
      );
    }
    if (!module.includes('.')) this.#addDistribution(draft, module, root);
  }

  #addDistribution(draft: Draft, name: string, root: string): void {
    for (const { module, installation } of this.#resolver.find(name, root)) {
      const home = module.dirs[0] ?? posix.dirname(module.files[0] ?? '/');
      const site = module.dirs.length > 0 ? posix.dirname(home) : home;
      if (!installation.sites.includes(site) && this.#resolver.originOf(`${home}/x.py`) === 'stdlib')
        continue;
      if (this.#packages.has(`${site}/${name}`)) continue;
      this.#packages.add(`${site}/${name}`);
      draft.files.push(...this.#distributions.of(site, name));
      if (module.files.length > 0)
        for (const dir of module.dirs) draft.files.push(...packageData(this.#view, dir, name));
    }
  }

  /** `from a import *` loads the submodules that `__all__` names (reference manual, section 7.11). */
  addExported(draft: Draft, root: string, name: string): void {
    for (const { module } of this.#resolver.find(name, root)) {
      const init = module.dirs.length === 0 ? undefined : module.files.find(file => file.endsWith('.py'));
      const text = init === undefined ? undefined : this.#view.text(init);
      if (text === undefined || !text.includes('__all__')) continue;
      const strings = new Set(scanPython(text).strings);
      for (const inner of module.dirs.flatMap(dir => this.#resolver.inside(dir)))
        if (strings.has(inner)) this.add(draft, `${name}.${inner}`, root, `from ${name} import *`);
    }
  }

  /** The modules of the entry points of a group: all but scripts when it is `*`. */
  addEntryPoints(draft: Draft, group: string): void {
    for (const site of new Set(this.#resolver.installations.flatMap(installation => installation.sites)))
      for (const name of this.#distributions.entryPoints(site, group))
        this.add(draft, name, '', `entry point of group ${group}`);
  }

  /** All modules of a package, once. */
  addWhole(draft: Draft, name: string, root: string): void {
    if (this.#whole.has(name)) return;
    this.#whole.add(name);
    this.add(draft, `${name}.*`, root, `package ${name} computes its imports`);
  }
}

function isOtherZones(path: string): boolean {
  return path === '/usr/share/zoneinfo/right' || path === '/usr/share/zoneinfo/posix';
}

/** The absolute name of a relative one, in a package (reference manual, section 5.7). */
export function absoluteName(name: string, inPackage: string): string | undefined {
  const dots = /^\.*/.exec(name)![0].length;
  if (dots === 0) return name;
  const parents = inPackage === '' ? [] : inPackage.split('.');
  if (dots - 1 > parents.length) return undefined;
  const base = parents.slice(0, parents.length - (dots - 1)).join('.');
  const rest = name.slice(dots);
  return base !== '' && rest !== '' ? `${base}.${rest}` : base + rest;
}
