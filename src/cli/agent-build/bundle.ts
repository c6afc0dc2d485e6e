import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';
import { SampanError } from '../../core/errors/index.ts';
import type { ModuleName } from '../../run/module/index.ts';
import { filled } from './filled.ts';

/** An agent as one script. */
export interface Bundle {
  /** A CommonJS module: what single executables of Node run. */
  readonly code: Uint8Array;
  /** What each chosen module adds to it. */
  readonly costs: ReadonlyMap<ModuleName, number>;
}

const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ENTRY = resolve(ROOT, `cli/agent-main${EXTENSION}`);

/** Bundles the agent with the chosen modules. @throws SampanError `unsupported` where esbuild is not installed. */
export async function bundleAgent(modules: readonly ModuleName[]): Promise<Bundle> {
  const build = await bundler();
  const code = await build(modules);
  const costs = new Map<ModuleName, number>();
  for (const module of modules) {
    const without = await build(modules.filter(one => one !== module));
    costs.set(module, code.length - without.length);
  }
  return { code, costs };
}

async function bundler(): Promise<(modules: readonly ModuleName[]) => Promise<Uint8Array>> {
  const esbuild = await import('esbuild').catch(error => {
    throw new SampanError('unsupported', 'building an agent needs esbuild, which is not installed', {
      cause: error,
      remedy: 'npm install --global esbuild postject (beside sampan)',
    });
  });
  return async modules => {
    const { outputFiles } = await esbuild.build({ ...OPTIONS, plugins: [only(modules)] });
    const [file] = outputFiles;
    if (file === undefined) throw new SampanError('internal', 'esbuild wrote nothing');
    return file.contents;
  };
}

const OPTIONS = {
  entryPoints: [ENTRY],
  bundle: true,
  write: false,
  format: 'cjs',
  platform: 'node',
  target: 'node24',
  // The text of what has not run yet stays in memory.
  minify: true,
  legalComments: 'none',
  logLevel: 'silent',
  // It is nowhere: what would be read from beside a module is filled in when it is bundled. Spelt in parts, because
  // what bundles the command line replaces the words wherever they stand together.
  define: { [['import', 'meta', 'url'].join('.')]: '"file:///sampan-agent.js"' },
} as const satisfies BuildOptions;

/** Leaves out modules that are not chosen, and lets esbuild drop whatever then nobody uses. */
function only(modules: readonly ModuleName[]): Plugin {
  const { resolve: find } = createRequire(import.meta.url);
  return {
    name: 'sampan-agent',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, importer }) => {
        if (!importer.startsWith(ROOT)) return undefined;
        const target = resolve(dirname(importer), path);
        const name = moduleOf(importer, target);
        if (name !== undefined && !modules.some(one => one === name))
          return { path: name, namespace: 'left-out' };
        return { path: target, sideEffects: target === ENTRY };
      });
      onResolve({ filter: /^[@a-z]/ }, ({ path, importer, kind }) => {
        if (!importer.startsWith(ROOT)) return undefined;
        if (!path.startsWith('node:')) return { path: find(path) };
        return kind === 'import-statement' && !ALWAYS.has(path) ? { path, namespace: 'built-in' } : undefined;
      });
      onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path }) => ({ contents: whenUsed(path) }));
      onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
        contents: `import { SampanError } from './core/errors/index${EXTENSION}';
throw new SampanError('unsupported', 'this agent was built without the module ${path}');`,
        loader: 'js',
        resolveDir: ROOT,
      }));
      onLoad({ filter: /\.[jt]s$/, namespace: 'file' }, ({ path }) => {
        if (!path.startsWith(ROOT)) return undefined;
        const contents = filled(path.slice(ROOT.length).replaceAll(sep, '/'), readFileSync(path, 'utf8'));
        return { contents, loader: EXTENSION === '.ts' ? 'ts' : 'js' };
      });
    },
  };
}

/** Parts of Node that are there from its start. */
const ALWAYS: ReadonlySet<string> = new Set(['node:fs', 'node:path', 'node:url', 'node:util', 'node:events']);

/** A part of Node that is loaded when the first of its exports is used: most agents never need most of them. */
function whenUsed(name: string): string {
  const names = Object.keys(process.getBuiltinModule(name) ?? {});
  return `for (const name of ${JSON.stringify(names)})
  Object.defineProperty(exports, name, { enumerable: true, get: () => process.getBuiltinModule('${name}')[name] });`;
}

/** The module of the agent that an import of the table in `cli/agent/modules` loads. */
function moduleOf(importer: string, target: string): string | undefined {
  if (!importer.slice(ROOT.length).startsWith(`cli${sep}agent${sep}modules.`)) return undefined;
  const [room, name] = target.slice(ROOT.length).split(sep);
  if (room === 'run' && name !== 'module') return name;
  return room === 'cli' && target.endsWith(`tools${EXTENSION}`) ? 'apply' : undefined;
}
