import type { Tree } from '../../../tree/index.ts';
import { readComposerPackages } from './composer.ts';
import { readGems } from './gems.ts';
import { readJars } from './jars.ts';
import { readNpmPackages } from './npm.ts';
import { readPythonDistributions } from './python.ts';
import type { LanguagePackage } from './types.ts';

/** Every language package that is installed as files; what is built into programs is not among them. */
export function readLanguagePackages(tree: Tree): readonly LanguagePackage[] {
  return [
    ...readPythonDistributions(tree),
    ...readNpmPackages(tree),
    ...readGems(tree),
    ...readComposerPackages(tree),
    ...readJars(tree),
  ];
}
