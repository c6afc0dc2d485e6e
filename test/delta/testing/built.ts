import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The commands of deltas as a few files of JavaScript, which start in a third of the time. */
export interface BuiltApp extends Disposable {
  readonly main: string;
}

/** Builds it from the sources. It lies within the project, where its packages are found. */
export async function builtApp(): Promise<BuiltApp> {
  const cache = fileURLToPath(new URL('../../../.cache/', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const outdir = mkdtempSync(join(cache, 'built-'));
  await build({
    entryPoints: [fileURLToPath(new URL('app.ts', import.meta.url))],
    outdir,
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    logLevel: 'error',
  });
  return {
    main: join(outdir, 'app.js'),
    [Symbol.dispose]: () => rmSync(outdir, { recursive: true, force: true }),
  };
}
