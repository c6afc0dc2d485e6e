import { posix } from 'node:path';
import type { Found, View } from '../view/index.ts';

const NOT_DATA = /\.(?:py|pyc|pyo|pyi|pyx|pxd|pxi|c|h|cc|cpp|hpp|a|o|f90|orig)$|\.cpython-[^/]*\.so$/;
const NOT_DATA_DIRECTORY = /\/(?:__pycache__|tests?|docs?|examples?|\.git|node_modules)$/;

/** What a package has besides code: templates, certificates, tables. Tests, documents and sources in C are left out. */
export function packageData(view: View, dir: string, name: string): Found[] {
  return view
    .under(dir, path => NOT_DATA_DIRECTORY.test(path) || NOT_DATA.test(path))
    .map(path => ({ path, reason: `data of package ${name}`, kind: 'data' }));
}

/** Knows which `.dist-info` or `.egg-info` describes an installed module. */
export class Distributions {
  readonly #view: View;
  readonly #sites = new Map<string, ReadonlyMap<string, readonly string[]>>();

  constructor(view: View) {
    this.#view = view;
  }

  /** The files that describe the distribution of a top-level module. */
  of(site: string, module: string): Found[] {
    const infos = this.#index(site).get(module) ?? [];
    return infos.flatMap(info => this.#files(info, `metadata of ${module}`));
  }

  #files(info: string, reason: string): Found[] {
    const paths = this.#view.isDirectory(info) ? this.#view.under(info) : [info];
    return paths.map(path => ({ path, reason, kind: 'data' }));
  }

  /** The modules that the entry points of a group name: every group but scripts when it is `*`. */
  entryPoints(site: string, group: string): string[] {
    return this.#infos(site).flatMap(info =>
      entriesOf(this.#view.text(`${info}/entry_points.txt`) ?? '', group),
    );
  }

  #infos(site: string): string[] {
    return [...this.#view.names(site)]
      .filter(name => /\.(?:dist|egg)-info$/.test(name))
      .map(name => `${site}/${name}`);
  }

  #index(site: string): ReadonlyMap<string, readonly string[]> {
    const known = this.#sites.get(site);
    if (known !== undefined) return known;
    const index = new Map<string, string[]>();
    for (const info of this.#infos(site)) {
      for (const module of this.#modulesOf(info)) index.set(module, [...(index.get(module) ?? []), info]);
    }
    this.#sites.set(site, index);
    return index;
  }

  #modulesOf(info: string): Set<string> {
    const listed = (this.#view.text(`${info}/top_level.txt`) ?? '').split(/\s+/);
    const recorded = (this.#view.text(`${info}/RECORD`) ?? '')
      .split('\n')
      .map(line => /^([^/,]+?)(?:\/|\.(?:[^./,]*\.)?(?:py|so),)/.exec(line)?.[1] ?? '');
    const named = posix.basename(info).replace(/-\d.*$|\.(?:dist|egg)-info$/, '');
    const tops = [...listed, ...recorded].filter(name => /^\w+$/.test(name) && name !== '__pycache__');
    return new Set([...tops, named, named.toLowerCase(), named.toLowerCase().replaceAll('-', '_')]);
  }
}

const SCRIPTS = /^(?:console_scripts|gui_scripts|distutils\..*|setuptools\..*|egg_info\.writers)$/;

/** The modules in an `entry_points.txt` (entry points specification). */
function entriesOf(text: string, group: string): string[] {
  const modules: string[] = [];
  let section = '';
  for (const line of text.split('\n')) {
    section = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim() ?? section;
    const module = /^[^=#[]+=\s*([\w.]+)/.exec(line)?.[1];
    if (module !== undefined && (group === '*' ? !SCRIPTS.test(section) : section === group))
      modules.push(module);
  }
  return modules;
}
