import { posix } from 'node:path';
import type { Command, Imports, LanguageReader, View } from '../view/index.ts';
import { absoluteName, type Draft, Modules, newDraft } from './additions.ts';
import { type Installation, installationOf, isPython, pathCode, usualInstallations } from './installation.ts';
import { readLaunch } from './launch.ts';
import { packageOf } from './modules.ts';
import { type Origin, Resolver } from './resolver.ts';
import { type ImportStatement, type PythonSource, scanPython } from './scan.ts';
import { INSTALLERS, RARELY_WANTED, RUNS_FOR_DEVELOPERS, START_MODULES, TAME, TWINS } from './tables.ts';

/** Reads Python: the import statements of a source at any depth, and what the interpreter itself needs. */
export function pythonReader(view: View): LanguageReader {
  return new PythonReader(view);
}

interface Source {
  readonly path: string;
  readonly root: string;
  readonly package: string;
  readonly origin: Origin;
}

class PythonReader implements LanguageReader {
  readonly name = 'python';
  readonly interprets = isPython;
  readonly #view: View;
  readonly #resolver: Resolver;
  readonly #modules: Modules;
  readonly #whole = new Set<string>();

  constructor(view: View) {
    this.#view = view;
    this.#resolver = new Resolver(view);
    this.#modules = new Modules(view, this.#resolver);
  }

  claims(path: string, shebang: string): boolean {
    return /\.pyw?$/.test(path) || isPython(shebang);
  }

  start(interpreter: string): Imports {
    const installation = installationOf(this.#view, interpreter);
    return this.#start(installation === undefined ? [] : [installation], interpreter);
  }

  #start(installations: readonly Installation[], interpreter: string): Imports {
    const draft = newDraft();
    for (const installation of installations) {
      if (!this.#resolver.activate(installation)) continue;
      const reason = `start of ${interpreter}`;
      draft.files.push({ path: `${installation.stdlib}/lib-dynload`, reason, kind: 'data' });
      for (const path of installation.startFiles) draft.files.push({ path, reason, kind: 'data' });
      for (const name of START_MODULES) this.#modules.add(draft, name, '', reason);
      const source = {
        path: `${installation.sites[0] ?? ''}/x.pth`,
        root: '',
        package: '',
        origin: 'library',
      } as const;
      this.#read(draft, source, scanPython(pathCode(this.#view, installation)));
    }
    return draft;
  }

  launch({ argv, cwd = this.#view.cwd }: Command): Imports {
    const launch = readLaunch(argv);
    const draft = newDraft();
    this.#resolver.addDirectory(cwd);
    const script =
      launch.script === undefined ? undefined : this.#scriptAt(posix.resolve(cwd, launch.script));
    if (script !== undefined) {
      this.#resolver.addScript(script);
      draft.files.push({ path: script, reason: 'script to run', kind: 'code', language: 'python' });
    }
    for (const name of launch.modules) {
      const reason = `module to run: ${name}`;
      this.#modules.add(draft, name, '', reason);
      this.#modules.add(draft, `${name}.__main__`, '', reason);
      for (const { module } of this.#resolver.find(name))
        for (const file of module.files) this.#resolver.addScript(file);
    }
    if (launch.code !== undefined) this.#read(draft, this.#source(`${cwd}/-c`), scanPython(launch.code));
    return draft;
  }

  /** A directory or archive with `__main__.py` is a script too. */
  #scriptAt(path: string): string | undefined {
    if (this.#view.isDirectory(path)) return this.#view.file(`${path}/__main__.py`)?.path;
    return this.#view.file(path) === undefined ? undefined : path;
  }

  imports(path: string, text: string): Imports {
    const draft = newDraft();
    if (this.#resolver.installations.length === 0) {
      const begun = this.#start(usualInstallations(this.#view), 'python');
      draft.files.push(...begun.files);
    }
    this.#read(draft, this.#source(path), scanPython(text));
    return draft;
  }

  #source(path: string): Source {
    const root = this.#resolver.rootOf(path);
    return { path, root, package: packageOf(path, root), origin: this.#resolver.originOf(path) };
  }

  #read(draft: Draft, source: Source, scanned: PythonSource): void {
    const own = source.package.split('.', 1)[0]!;
    if (own === '_distutils_hack') return;
    for (const statement of scanned.imports) {
      if (this.#follows(source, statement)) this.#addStatement(draft, source, statement);
    }
    for (const name of scanned.named) this.#addAbsolute(draft, source, name, `import_module('${name}')`);
    draft.libraries.push(...scanned.libraries.filter(name => /^[\w./+-]+$/.test(name)));
    if (source.origin === 'stdlib') return;
    if (!RUNS_FOR_DEVELOPERS.has(own)) draft.commands.push(...scanned.commands);
    for (const group of scanned.entryPoints) this.#modules.addEntryPoints(draft, group);
    for (const prefix of scanned.computed) this.#addComputed(draft, source, prefix);
    if (source.origin === 'own' || scanned.computed.length > 0)
      this.#addStrings(draft, source, scanned.strings);
  }

  #follows(source: Source, statement: ImportStatement): boolean {
    if (statement.block === 'typing') return false;
    if (source.origin === 'own') return true;
    if (statement.block === 'main' && !this.#resolver.isProgram(source.path)) return false;
    const top = statement.module.split('.', 1)[0]!;
    if (source.origin !== 'stdlib') return true;
    const original = TWINS.get(top);
    if (original !== undefined && (original === '_io' || this.#isCompiled(original))) return false;
    return !(statement.deferred && RARELY_WANTED.has(top));
  }

  /** A C module is a file, or is part of the interpreter; in that case no file has its name. */
  #isCompiled(name: string): boolean {
    return this.#resolver.installations.every(
      one => !one.path.some(dir => this.#view.names(dir).has(`${name}.py`)),
    );
  }

  #addStatement(draft: Draft, source: Source, { module, names }: ImportStatement): void {
    const absolute = absoluteName(module, source.package);
    if (absolute === undefined) return;
    const reason =
      names.length === 0 ? `import ${module}` : `from ${module} import ${names.slice(0, 3).join(', ')}`;
    if (absolute !== '') this.#modules.add(draft, absolute, source.root, reason);
    for (const name of names) {
      if (name === '*') this.#modules.addExported(draft, source.root, absolute);
      else this.#modules.add(draft, absolute === '' ? name : `${absolute}.${name}`, source.root, reason);
    }
  }

  #addAbsolute(draft: Draft, source: Source, name: string, reason: string): void {
    const absolute = absoluteName(name.split(':', 1)[0]!, source.package);
    if (absolute !== undefined) this.#modules.add(draft, absolute, source.root, reason);
  }

  /** A computed name: the package that it begins with, or the own package, is kept whole. */
  #addComputed(draft: Draft, source: Source, prefix: string): void {
    const own = source.package.split('.', 1)[0]!;
    if (TAME.has(own) || TAME.has(posix.basename(source.path, '.py'))) return;
    const relative = prefix.startsWith('.') ? source.package : undefined;
    const name = relative ?? (prefix === '' ? own : prefix.slice(0, -1));
    if (name !== '' && !(source.origin === 'own' && prefix === '')) {
      this.#modules.addWhole(draft, name, source.root);
      return;
    }
    if (source.origin !== 'own') return;
    draft.computed = true;
    for (const dir of this.#resolver.scriptDirectories) this.#addDirectory(draft, dir);
  }

  #addDirectory(draft: Draft, dir: string): void {
    if (this.#whole.has(dir)) return;
    this.#whole.add(dir);
    const sources = this.#view.under(dir, path => NOT_OWN.test(path)).filter(path => path.endsWith('.py'));
    for (const path of sources)
      draft.files.push({ path, reason: 'imports are computed at run time', kind: 'code' });
  }

  /** Strings that name modules: settings, lazy imports. One word alone may name no module of the standard library. */
  #addStrings(draft: Draft, source: Source, strings: readonly string[]): void {
    for (const text of strings) {
      const name = text.split(':', 1)[0]!;
      const module = this.#longestModule(name, source.root);
      if (module === undefined) continue;
      const top = this.#resolver.find(module.split('.', 1)[0]!, source.root)[0]?.module;
      if (top === undefined || top.files.length === 0) continue;
      const standard = this.#resolver.originOf(top.files[0]!) === 'stdlib';
      if (standard && !module.includes('.')) continue;
      this.#modules.add(draft, module, source.root, `named in a string: ${text}`);
    }
  }

  #longestModule(name: string, root: string): string | undefined {
    const top = name.split('.', 1)[0]!;
    if (!this.#resolver.has(top, root)) return undefined;
    for (let module = name; module !== top; module = module.slice(0, module.lastIndexOf('.')))
      if (this.#resolver.has(module, root)) return module;
    return top;
  }

  installation(): Imports {
    const draft = newDraft();
    for (const { sites, stdlib } of this.#resolver.installations) {
      for (const dir of new Set([stdlib, `${stdlib}/lib-dynload`, ...sites])) {
        for (const name of this.#resolver.inside(dir)) {
          if (RARELY_WANTED.has(name) || INSTALLERS.has(name) || name.startsWith('_test')) continue;
          this.#modules.add(draft, `${name}.*`, '', 'imports are computed at run time');
        }
      }
    }
    return draft;
  }
}

const NOT_OWN = /\/(?:node_modules|\.git|\.?venv|site-packages|dist-packages|__pycache__|\.tox)$/;
