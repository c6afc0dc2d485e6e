import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import type { LanguagePackage } from './types.ts';

/** Every Java archive; the name and version are those of the file, nothing is unpacked. */
export function readJars(tree: Tree): readonly LanguagePackage[] {
  const found: LanguagePackage[] = [];
  for (const node of tree.nodes()) {
    if (node.kind !== 'file' || !/\.(jar|war|ear)$/.test(node.path)) continue;
    const stem = posix.basename(node.path).replace(/\.[a-z]+$/, '');
    const [, name, version] = /^(.+?)-(\d.*)$/.exec(stem) ?? [];
    found.push({
      ecosystem: 'maven',
      name: name ?? stem,
      version: version ?? '',
      root: node.path,
      paths: [node.path],
      development: false,
    });
  }
  return found;
}
