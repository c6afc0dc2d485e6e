import { type OsPackage, readPackageDatabases } from '../../userland/packages/os/index.ts';
import { TYPE } from '../scan/index.ts';
import { layerOf, type StackTree } from '../stack/index.ts';
import { type Owned, readDpkgOwners } from './dpkg.ts';

/** The packages of the operating system of an image, and what they own. */
export interface Owners {
  readonly packages: readonly OsPackage[];
  /** The package that brought the node of a number. Directories have no owner that counts. */
  ownerOf(node: number): OsPackage | undefined;
  /** Bytes of the files that each package brought and that are still there. */
  readonly bytes: ReadonlyMap<OsPackage, number>;
  /** What each package brings along unless told not to; known of dpkg only. */
  readonly recommends: ReadonlyMap<OsPackage, readonly string[]>;
}

/** Reads the package databases of an image. */
export function readOwners(tree: StackTree): Owners {
  const owned = readDpkgOwners(tree) ?? fromDatabases(tree);
  const { packages, owner } = owned;
  return {
    packages,
    ownerOf: node => packages[(owner[node] ?? 0) - 1],
    bytes: sizes(tree, owned),
    recommends: owned.recommends,
  };
}

function fromDatabases(tree: StackTree): Owned {
  const packages = readPackageDatabases(tree).flatMap(each => each.packages);
  const owner = new Uint32Array(tree.stacked.names.count);
  for (const [i, each] of packages.entries()) {
    for (const path of each.files) {
      const node = tree.find(path);
      if (node !== -1) owner[node] = i + 1;
    }
  }
  return { packages, owner, recommends: new Map() };
}

function sizes(tree: StackTree, { packages, owner }: Owned): ReadonlyMap<OsPackage, number> {
  const { live, bases, layers } = tree.stacked;
  const sums = new Float64Array(packages.length + 1);
  for (let node = 0; node < owner.length; node += 1) {
    const index = owner[node]!;
    const entry = live[node] ?? -1;
    if (index === 0 || entry < 0) continue;
    const layer = layerOf(bases, entry);
    const row = entry - bases[layer]!;
    if (layers[layer]!.type[row] === TYPE.file) sums[index] = sums[index]! + layers[layer]!.size[row]!;
  }
  return new Map(packages.map((each, i) => [each, sums[i + 1]!]));
}
