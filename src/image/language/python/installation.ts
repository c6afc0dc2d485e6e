import { posix } from 'node:path';
import type { View } from '../view/index.ts';

/** A Python that is installed in the image. */
export interface Installation {
  /** `3.11` */
  readonly version: string;
  /** The directory of the standard library. */
  readonly stdlib: string;
  /** `sys.path` without what a script adds: standard library, C extensions, installed packages. */
  readonly path: readonly string[];
  /** The directories of installed packages among them. */
  readonly sites: readonly string[];
  /** `.pth` files that it reads at its start, and `pyvenv.cfg`. */
  readonly startFiles: readonly string[];
}

const PROGRAM = /^python(\d+(?:\.\d+)?)?$/;

/** Whether a program of this name is Python. */
export function isPython(program: string): boolean {
  return PROGRAM.test(program) || /^pypy\d*(\.\d+)?$/.test(program);
}

/** The installation that an interpreter at `program` uses, its virtual environment included. */
export function installationOf(view: View, program: string): Installation | undefined {
  const venv = venvOf(view, program);
  const base = venv === undefined ? view.real(program) : (venv.base ?? view.real(program));
  const home = posix.dirname(posix.dirname(base));
  for (const prefix of new Set([home, '/usr', '/usr/local'])) {
    const stdlib = stdlibOf(view, prefix, posix.basename(base));
    if (stdlib === undefined) continue;
    const version = posix.basename(stdlib).slice('python'.length);
    const own = venv === undefined ? [] : sitesUnder(view, venv.root, version);
    const shared = venv === undefined || venv.shared ? baseSites(view, prefix, version) : [];
    return assemble(view, stdlib, [...own, ...shared], venv === undefined ? [] : [`${venv.root}/pyvenv.cfg`]);
  }
  return undefined;
}

interface Venv {
  readonly root: string;
  readonly shared: boolean;
  readonly base?: string;
}

/** PEP 405: `pyvenv.cfg` beside or above the program as it was called. */
function venvOf(view: View, program: string): Venv | undefined {
  for (const root of [posix.dirname(posix.dirname(program)), view.env.VIRTUAL_ENV ?? '']) {
    const text = root === '' ? undefined : view.text(`${root}/pyvenv.cfg`);
    if (text === undefined || !program.startsWith(`${root}/`)) continue;
    const home = /^home\s*=\s*(.+)$/m.exec(text)?.[1]?.trim();
    const version = /^version(?:_info)?\s*=\s*(\d+\.\d+)/m.exec(text)?.[1];
    const shared = /^include-system-site-packages\s*=\s*true/im.test(text);
    const base = [`python${version}`, 'python3', 'python']
      .map(name => `${home}/${name}`)
      .find(path => view.file(path));
    return { root, shared, ...(base === undefined ? {} : { base: view.real(base) }) };
  }
  return undefined;
}

function stdlibOf(view: View, prefix: string, program: string): string | undefined {
  const version = PROGRAM.exec(program)?.[1] ?? '';
  for (const lib of ['lib', 'lib64']) {
    const names = [...view.names(posix.join(prefix, lib))].filter(name => /^python\d+\.\d+$/.test(name));
    const wanted = names.filter(name => name === `python${version}` || name.startsWith(`python${version}.`));
    for (const name of version === '' ? names.reverse() : wanted.reverse()) {
      const dir = posix.join(prefix, lib, name);
      if (view.names(dir).has('os.py') || view.names(dir).has('os.pyc')) return dir;
    }
  }
  return undefined;
}

function sitesUnder(view: View, prefix: string, version: string): string[] {
  const major = version.split('.')[0];
  return ['lib', 'lib64', 'local/lib']
    .flatMap(lib => [`python${version}`, `python${major}`].map(python => posix.join(prefix, lib, python)))
    .flatMap(dir => [`${dir}/site-packages`, `${dir}/dist-packages`])
    .filter(dir => view.isDirectory(dir));
}

function baseSites(view: View, prefix: string, version: string): string[] {
  const home = view.env.HOME ?? '/root';
  const user = posix.join(home, '.local');
  const roots = prefix === '/usr' ? [user, '/usr/local', '/usr'] : [user, prefix];
  return roots.flatMap(root => sitesUnder(view, root, version));
}

function assemble(
  view: View,
  stdlib: string,
  sites: readonly string[],
  more: readonly string[],
): Installation {
  const startFiles = [...more];
  const all: string[] = [];
  for (const site of new Set(sites)) {
    all.push(site);
    for (const name of view.names(site)) {
      if (!name.endsWith('.pth')) continue;
      startFiles.push(`${site}/${name}`);
      all.push(...pathLines(view, site, name));
    }
  }
  const version = posix.basename(stdlib).slice('python'.length);
  const zip = posix.join(posix.dirname(stdlib), `python${version.replace('.', '')}.zip`);
  if (view.file(zip)) startFiles.push(zip);
  return {
    version,
    stdlib,
    sites: [...new Set(all)],
    path: [...new Set([stdlib, `${stdlib}/lib-dynload`, ...all])],
    startFiles,
  };
}

/** The directories that a `.pth` file adds (module `site`). Lines that begin with `import` are code. */
function pathLines(view: View, site: string, name: string): string[] {
  const lines = (view.text(`${site}/${name}`) ?? '').split(/\r?\n/);
  return lines
    .filter(line => line !== '' && !line.startsWith('#') && !/^import[ \t]/.test(line))
    .slice(0, 1000)
    .map(line => posix.resolve(site, line.trim()))
    .filter(dir => view.isDirectory(dir));
}

/** The code in `.pth` files: Python runs their lines that begin with `import`. */
export function pathCode(view: View, installation: Installation): string {
  return installation.startFiles
    .filter(path => path.endsWith('.pth'))
    .flatMap(path => (view.text(path) ?? '').split(/\r?\n/).filter(line => /^import[ \t]/.test(line)))
    .join('\n');
}

/** Every Python of the usual places, for a program that embeds one. */
export function usualInstallations(view: View): Installation[] {
  return ['/usr/local', '/usr', '/opt/venv', '/opt/conda']
    .flatMap(prefix => [`${prefix}/bin/python3`, `${prefix}/bin/python`])
    .filter(program => view.file(program))
    .slice(0, 1)
    .flatMap(program => installationOf(view, program) ?? []);
}
