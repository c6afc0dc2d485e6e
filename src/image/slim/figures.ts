import type { LocalLayer } from '../../core/store/index.ts';
import type { Tree } from '../tree/index.ts';
import { type PackageDatabase, readPackageDatabases } from '../userland/packages/os/index.ts';

/** How large an image is. */
export interface Figures {
  /** The sum of the sizes of the files of all layers, in bytes: what Docker shows as the size. */
  readonly sizeBytes: number;
  /** Regular files that a container sees. */
  readonly files: number;
  readonly layers: number;
  /** Packages of the operating system in its databases. */
  readonly packages: number;
}

/** Counts. `databases` are those of the tree, where they were read already. */
export function figuresOf(
  tree: Tree,
  layers: readonly LocalLayer[],
  databases: readonly PackageDatabase[] = readPackageDatabases(tree),
): Figures {
  let sizeBytes = 0;
  for (const layer of layers) for (const entry of layer.entries) sizeBytes += entry.size;
  let files = 0;
  for (const node of tree.nodes()) if (node.kind === 'file') files += 1;
  const packages = databases.reduce((sum, database) => sum + database.packages.length, 0);
  return { sizeBytes, files, layers: layers.length, packages };
}
