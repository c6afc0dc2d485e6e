import { posix } from 'node:path';
import type { Command, Found, Imports, LanguageReader, View } from '../view/index.ts';
import {
  isPackageRunner,
  type NodeLaunch,
  readNodeArguments,
  runnerCommands,
  runnerDirectory,
} from './launch.ts';
import type { PackageManifest } from './manifest.ts';
import { NodeResolver } from './resolver.ts';
import { type NodeSource, scanNode } from './scan.ts';

/** Reads JavaScript and TypeScript for Node.js: `require` and `import`, packages, addons, package scripts. */
export function nodeReader(view: View): LanguageReader {
  return new NodeReader(view);
}

interface Draft {
  readonly files: Found[];
  readonly commands: Command[];
  readonly libraries: string[];
  computed: boolean;
}

const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const NOT_SOURCE = /\.d\.[cm]?ts$/;
const WASTE_DIRECTORY =
  /\/(?:node_modules|tests?|__tests__|docs?|examples?|benchmarks?|man|\.github|\.git|coverage|\.nyc_output)$/;
const WASTE_FILE =
  /\.(?:d\.[cm]?ts|map|md|markdown|flow|tsbuildinfo|h|cc|cpp|o|gyp|gypi|mk|test\.js|spec\.js)$/i;

/** What Debian's Node.js reads from disk, where others have it built in. */
const SHARED_BUILTINS = [
  'cjs-module-lexer/lexer.js',
  'cjs-module-lexer/dist/lexer.js',
  'undici/undici-fetch.js',
  'acorn/dist/acorn.js',
  'acorn-walk/dist/walk.js',
  'minimatch/dist/index.js',
  'amaro/dist/index.js',
];

/** Packages that run compilers and editors for people at a terminal. */
const RUNS_FOR_DEVELOPERS =
  /^(?:npm|node-gyp|gyp|@npmcli\/.*|libnpm.*|yarn|pnpm|corepack|typescript|eslint|jest.*|webpack.*|rollup|vite)$/;

class NodeReader implements LanguageReader {
  readonly name = 'node';
  readonly #view: View;
  readonly #resolver: NodeResolver;
  readonly #whole = new Set<string>();
  readonly #apps = new Set<string>();

  constructor(view: View) {
    this.#view = view;
    this.#resolver = new NodeResolver(view);
  }

  claims(path: string, shebang: string): boolean {
    return (SOURCE.test(path) && !NOT_SOURCE.test(path)) || this.interprets(shebang);
  }

  interprets(program: string): boolean {
    return /^(?:node|nodejs|tsx|ts-node|bun|deno)(?:-?\d+)?$/.test(program);
  }

  start(interpreter: string): Imports {
    const draft = newDraft();
    const reason = `start of ${interpreter}`;
    const shared = SHARED_BUILTINS.map(name => `/usr/share/nodejs/${name}`);
    for (const path of [...shared, '/etc/nodejs/openssl.cnf'])
      draft.files.push({ path, reason, kind: 'data' });
    const options = readNodeArguments((this.#view.env.NODE_OPTIONS ?? '').split(/\s+/).filter(Boolean));
    this.#preload(draft, options, this.#view.cwd);
    return draft;
  }

  launch({ argv, cwd = this.#view.cwd }: Command): Imports {
    const draft = newDraft();
    const launch = readNodeArguments(argv.slice(1));
    this.#preload(draft, launch, cwd);
    if (launch.code !== undefined) this.#read(draft, posix.join(cwd, '[eval]'), scanNode(launch.code));
    const script =
      launch.script === undefined ? undefined : this.#resolver.file(posix.resolve(cwd, launch.script));
    if (script === undefined) return draft;
    this.#addFile(draft, script, 'script to run', 'node');
    const real = this.#view.real(script);
    this.#addApp(draft, real);
    for (const word of launch.args) {
      const path = posix.resolve(cwd, word);
      if (SOURCE.test(word) && this.#view.file(path))
        this.#addFile(draft, path, `argument of ${script}`, 'node');
    }
    if (isPackageRunner(script) || isPackageRunner(real))
      this.#addPackageScripts(draft, script, launch.args, cwd);
    return draft;
  }

  #preload(draft: Draft, { preloaded }: NodeLaunch, cwd: string): void {
    for (const name of preloaded)
      for (const path of this.#resolver.resolve({ name, kind: 'require' }, `${cwd}/x`))
        draft.files.push({ path, reason: `preloaded: ${name}`, kind: kindOf(path) });
  }

  #addFile(draft: Draft, path: string, reason: string, language: string): void {
    const [file, ...manifests] = this.#resolver.withManifests(path);
    draft.files.push({ path: file!, reason, kind: 'code', language });
    for (const manifest of manifests)
      draft.files.push({ path: manifest, reason: `package of ${path}`, kind: 'data' });
  }

  #addPackageScripts(draft: Draft, script: string, args: readonly string[], cwd: string): void {
    const dir = runnerDirectory(args, cwd);
    const manifest = this.#resolver.manifests.of(`${dir}/x`);
    if (manifest === undefined) return;
    const reason = `read by ${posix.basename(script)}`;
    for (const name of ['package.json', '.npmrc', 'npm-shrinkwrap.json', 'package-lock.json'])
      draft.files.push({ path: `${manifest.dir}/${name}`, reason, kind: 'data' });
    const home = this.#resolver.manifests.packageOf(this.#view.real(script))?.dir ?? '';
    draft.files.push({ path: `${home}/npmrc`, reason, kind: 'data' });
    draft.commands.push(...runnerCommands(script, args, manifest));
  }

  /** What the package of the user's script depends on can be loaded by name from anywhere in it. */
  #addApp(draft: Draft, script: string): void {
    const manifest = this.#resolver.manifests.packageOf(script);
    if (manifest === undefined || isInstalled(manifest.dir) || this.#apps.has(manifest.dir)) return;
    this.#apps.add(manifest.dir);
    for (const name of [...manifest.dependencies, ...manifest.optionalDependencies])
      this.#addModule(draft, { name, kind: 'require' }, `${manifest.dir}/x`, `dependency ${name}`);
  }

  imports(path: string, text: string): Imports {
    const draft = newDraft();
    this.#read(draft, path, scanNode(text));
    return draft;
  }

  #read(draft: Draft, path: string, source: NodeSource): void {
    for (const specifier of source.specifiers)
      this.#addModule(draft, specifier, path, `${specifier.kind} ${specifier.name}`);
    const manifest = this.#resolver.manifests.packageOf(path);
    const quiet = isInstalled(path) && RUNS_FOR_DEVELOPERS.test(manifest?.name ?? '');
    for (const name of source.beside) {
      const beside = posix.resolve(posix.dirname(path), name);
      if (this.#view.file(beside))
        draft.files.push({ path: beside, reason: `mentioned: ${name}`, kind: quiet ? 'data' : 'code' });
    }
    if (!quiet) draft.commands.push(...source.commands);
    if (source.addon && manifest !== undefined) this.#addAddons(draft, manifest);
    for (const prefix of source.computed) this.#addComputed(draft, path, prefix, manifest);
  }

  #addModule(
    draft: Draft,
    specifier: Parameters<NodeResolver['resolve']>[0],
    from: string,
    reason: string,
  ): void {
    for (const path of this.#resolver.resolve(specifier, from))
      draft.files.push({ path, reason, kind: kindOf(path) });
  }

  #addAddons(draft: Draft, { dir, name = dir }: PackageManifest): void {
    if (this.#whole.has(`addons ${dir}`) || dir === '/') return;
    this.#whole.add(`addons ${dir}`);
    for (const path of this.#view.under(dir, inner => inner.endsWith('/node_modules')))
      if (/\.node$|\.so(?:\.\d+)*$/.test(path))
        draft.files.push({ path, reason: `addon of ${name}`, kind: 'data' });
  }

  /** A computed name: the directory that it begins with, or the whole package, is kept. */
  #addComputed(draft: Draft, path: string, prefix: string, manifest: PackageManifest | undefined): void {
    const dir = this.#directoryOf(path, prefix);
    if (dir !== undefined) {
      this.#addWhole(draft, dir, `computed: ${prefix}`);
      return;
    }
    const root = manifest?.dir ?? posix.dirname(path);
    if (root !== '/') this.#addWhole(draft, root, 'its package computes what it loads');
    for (const name of manifest?.optionalDependencies ?? [])
      this.#addModule(draft, { name, kind: 'require' }, `${root}/x`, `optional dependency ${name}`);
    if (!isInstalled(path)) draft.computed = true;
  }

  /** The directory that holds everything that begins so. */
  #directoryOf(path: string, prefix: string): string | undefined {
    if (/^\.\.?\//.test(prefix)) {
      const dir = posix.resolve(posix.dirname(path), prefix.slice(0, prefix.lastIndexOf('/') + 1));
      return this.#view.isDirectory(dir) && dir !== '/' ? dir : undefined;
    }
    const [, name, rest = ''] = /^((?:@[\w.-]+\/)?[a-z][\w.-]*)\/(.*)$/i.exec(prefix) ?? [];
    if (name === undefined) return undefined;
    const manifest = this.#resolver.resolve({ name: `${name}/package.json`, kind: 'require' }, path)[0];
    if (manifest === undefined) return undefined;
    const dir = posix.join(posix.dirname(manifest), rest.slice(0, rest.lastIndexOf('/') + 1));
    return this.#view.isDirectory(dir) ? dir : undefined;
  }

  #addWhole(draft: Draft, dir: string, reason: string): void {
    const real = this.#view.real(dir);
    if (this.#whole.has(real)) return;
    this.#whole.add(real);
    const isWaste = (inner: string): boolean =>
      WASTE_DIRECTORY.test(inner) || WASTE_FILE.test(inner) || this.#view.isWaste(inner);
    for (const path of this.#view.under(real, isWaste))
      draft.files.push({ path, reason, kind: kindOf(path) });
  }

  /** The production dependencies of the user's packages, and theirs, whole. */
  installation(): Imports {
    const draft = newDraft();
    const todo = [...this.#apps].map(dir => ({ dir, name: dir }));
    const seen = new Set(this.#apps);
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const manifest = this.#resolver.manifests.in(next.dir);
      this.#addWhole(draft, next.dir, `installed package ${next.name}`);
      for (const name of [...(manifest?.dependencies ?? []), ...(manifest?.optionalDependencies ?? [])]) {
        const found = this.#resolver.resolve(
          { name: `${name}/package.json`, kind: 'require' },
          `${next.dir}/x`,
        )[0];
        const dir = found === undefined ? undefined : posix.dirname(this.#view.real(found));
        if (dir === undefined || seen.has(dir)) continue;
        seen.add(dir);
        todo.push({ dir, name });
      }
    }
    return draft;
  }
}

function isInstalled(path: string): boolean {
  return /\/node_modules\/|^\/usr\/(?:share|lib)\/(?:[^/]+\/)?nodejs\//.test(`${path}/`);
}

function kindOf(path: string): Found['kind'] {
  return SOURCE.test(path) && !NOT_SOURCE.test(path) ? 'code' : 'data';
}

function newDraft(): Draft {
  return { files: [], commands: [], libraries: [], computed: false };
}
