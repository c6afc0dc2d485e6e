import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import { lines, readText } from '../../reading/index.ts';

/** A `.pth` file: Python's `site` reads it at every start. */
export interface PathFile {
  readonly path: string;
  /** The directories that it puts on the module path, absolute. */
  readonly adds: readonly string[];
  /** The lines that it runs: those that begin with `import`. */
  readonly runs: readonly string[];
}

const PTH_MAX_BYTES = 1 << 20;

/** The `.pth` files of a directory on the module path. */
export function readPathFiles(tree: Tree, site: string): readonly PathFile[] {
  return tree
    .list(site)
    .filter(name => name.endsWith('.pth'))
    .map(name => {
      const path = posix.join(site, name);
      const all = lines(readText(tree, path, PTH_MAX_BYTES));
      const runs = all.filter(line => /^import[ \t]/.test(line));
      const adds = all.filter(line => !runs.includes(line)).map(line => posix.resolve(site, line));
      return { path, adds, runs };
    });
}

/** The directories that hold installed Python modules: `site-packages` and `dist-packages`, real paths. */
export function pythonSites(tree: Tree): readonly string[] {
  const sites: string[] = [];
  for (const path of tree.paths())
    if (/\/(site|dist)-packages$/.test(path) && tree.get(path)?.kind === 'directory') sites.push(path);
  return sites;
}
