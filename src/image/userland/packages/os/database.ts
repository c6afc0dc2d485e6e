import type { Tree } from '../../../tree/index.ts';
import { readApk } from './apk.ts';
import { readDpkg } from './dpkg.ts';
import { readRpm } from './rpm.ts';
import type { PackageDatabase } from './types.ts';

/** Every package database of a tree: dpkg's, apk's, rpm's; none in an image from scratch. */
export function readPackageDatabases(tree: Tree): readonly PackageDatabase[] {
  return [readDpkg(tree), readApk(tree), readRpm(tree)].filter(each => each !== undefined);
}
