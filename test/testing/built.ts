import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A command line as a few files of JavaScript, which start in a fraction of the time. */
export interface BuiltApp extends Disposable {
  readonly main: string;
}

/**
 * Builds the command line with these commands alone (each a file in `src/cli/commands`) from the sources. It keeps
 * no cache of compiled code, so that all it writes is of the command. It lies within the project, where its
 * packages are found.
 */
export async function builtApp(commands: readonly string[]): Promise<BuiltApp> {
  const cache = join(ROOT, '.cache');
  mkdirSync(cache, { recursive: true });
  const place = mkdtempSync(join(cache, 'built-'));
  // As deep as the sources of a command, which look for package.json above them.
  const outdir = join(place, 'lib');
  const entries = commands.map(
    name =>
      `{ name: '${name}', summary: '', group: 'image', load: async () => (await import('./src/cli/commands/${name}.ts')).${name}Command }`,
  );
  await build({
    stdin: {
      contents: `import { runApp } from './src/cli/app/index.ts';\nawait runApp(process, [${entries.join(', ')}]);`,
      resolveDir: ROOT,
      sourcefile: 'main.ts',
    },
    outdir,
    entryNames: 'main',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    logLevel: 'error',
  });
  return {
    main: join(outdir, 'main.js'),
    [Symbol.dispose]: () => rmSync(place, { recursive: true, force: true }),
  };
}
