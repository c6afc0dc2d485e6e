import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import type { LanguagePackage } from './types.ts';

/** Every Java archive; the name and version are those of the file, nothing is unpacked. */
export function readJars(tree: Tree): readonly LanguagePackage[] {
  const found: LanguagePackage[] = [];
  for (const path of tree.paths()) {
    if (!/\.(jar|war|ear)$/.test(path) || tree.get(path)?.kind !== 'file') continue;
    const stem = posix.basename(path).replace(/\.[a-z]+$/, '');
    const [, name, version] = /^(.+?)-(\d.*)$/.exec(stem) ?? [];
    found.push({
      ecosystem: 'maven',
      name: name ?? stem,
      version: version ?? '',
      root: path,
      paths: [path],
      development: false,
    });
  }
  return found;
}
