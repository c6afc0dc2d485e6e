import type { Tree } from '../../../tree/index.ts';
import type { PackageDatabase } from './types.ts';

const PLACES = ['/usr/lib/sysimage/rpm', '/var/lib/rpm'];
const FILES = ['rpmdb.sqlite', 'Packages.db', 'Packages'];

/**
 * Finds rpm's database. Its packages are not read yet, so nobody is known to own a file, and the
 * database says that it is not complete. Absent when there is none.
 */
export function readRpm(tree: Tree): PackageDatabase | undefined {
  const place = PLACES.flatMap(path => tree.resolve(path)?.node.path ?? []).find(path =>
    FILES.some(name => tree.resolve(`${path}/${name}`)?.node.kind === 'file'),
  );
  if (place === undefined) return undefined;
  return {
    manager: 'rpm',
    packages: [],
    databasePaths: [place],
    complete: false,
    ownerOf: () => undefined,
  };
}
