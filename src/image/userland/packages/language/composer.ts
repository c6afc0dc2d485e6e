import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import { member, readJson, strings, textMember } from '../../reading/index.ts';
import type { LanguagePackage } from './types.ts';

/** Every PHP package in a `vendor/composer/installed.json` (Composer 1 and 2). */
export function readComposerPackages(tree: Tree): readonly LanguagePackage[] {
  const found: LanguagePackage[] = [];
  for (const path of tree.paths())
    if (path.endsWith('/composer/installed.json')) found.push(...installed(tree, path));
  return found;
}

function installed(tree: Tree, path: string): readonly LanguagePackage[] {
  const value = readJson(tree, path);
  const packages = Array.isArray(value) ? value : member(value, 'packages');
  const development = new Set(strings(member(value, 'dev-package-names')));
  return (Array.isArray(packages) ? packages : []).flatMap(each => {
    const name = textMember(each, 'name');
    if (name === undefined) return [];
    const directory = posix.resolve(posix.dirname(path), textMember(each, 'install-path') ?? `../${name}`);
    const root = tree.resolve(directory)?.node.path;
    if (root === undefined) return [];
    const version = textMember(each, 'version') ?? '';
    return [
      {
        ecosystem: 'composer' as const,
        name,
        version,
        root,
        paths: [root],
        development: development.has(name),
      },
    ];
  });
}
