import type { ImageConfig } from '../../core/oci/index.ts';
import {
  type LanguagePackage,
  readComposerPackages,
  readGems,
  readJars,
  readNpmPackages,
  readPythonDistributions,
} from '../userland/packages/language/index.ts';
import { baseLayersOf, type Instruction, instructionsOf } from './history.ts';
import { contentsOf, isLoaded, type LoadedImage, type LoadedLayer } from './load/index.ts';
import { type Owners, readOwners } from './packages/index.ts';
import { TYPE } from './scan/index.ts';
import { layerOf, type Stacked, type StackTree, stackScans, treeOfStack } from './stack/index.ts';

/** All that is known of an image, for figures and findings to stand on. */
export interface Ground {
  readonly config: ImageConfig;
  /** Those that could be read, the lowest first. */
  readonly layers: readonly LoadedLayer[];
  /** The place of each of them among all layers of the image, from 0. */
  readonly places: readonly number[];
  /** What made each of them. */
  readonly instructions: readonly Instruction[];
  /** How many of them belong to the image that this one was built on. */
  readonly baseLayers: number;
  readonly stacked: Stacked;
  readonly tree: StackTree;
  readonly owners: Owners;
  readonly languages: readonly LanguagePackage[];
  /** Every regular file that has bytes, sorted by path; other names of a file are left out. */
  readonly files: readonly LiveFile[];
}

/** Stacks the layers of an image and reads its packages. */
export function groundOf(image: LoadedImage): Ground {
  const { config } = image;
  const layers = image.layers.filter(isLoaded);
  const all = instructionsOf(config, image.layers.length);
  const stacked = stackScans(layers.map(layer => layer.scan));
  const tree = treeOfStack(stacked, contentsOf(layers));
  return {
    config,
    layers,
    places: [...image.layers.keys()].filter(i => isLoaded(image.layers[i]!)),
    instructions: image.layers.flatMap((layer, i) => (isLoaded(layer) ? [all[i]!] : [])),
    baseLayers: Math.min(baseLayersOf(config, image.layers.length), layers.length),
    stacked,
    tree,
    owners: readOwners(tree),
    languages: readLanguages(tree),
    files: liveFiles(tree),
  };
}

/** Readers of packages, and a name without which they find nothing. Each goes through all of a tree. */
const READERS: readonly (readonly [sign: RegExp, read: (tree: StackTree) => readonly LanguagePackage[]])[] = [
  [/\.(?:dist|egg)-info$/, readPythonDistributions],
  [/\/package\.json$/, readNpmPackages],
  [/\.gemspec$/, readGems],
  [/\/(?:composer|installed)\.(?:json|lock|php)$/, readComposerPackages],
  [/\.[jwe]ar$/, readJars],
];

/** Says no for most paths. */
const SIGN = /(?:-info|json|\.gemspec|\.[jwe]ar|lock|php)$/;

function readLanguages(tree: StackTree): readonly LanguagePackage[] {
  const left = new Set(READERS);
  for (const path of tree.listing().paths) {
    if (!SIGN.test(path)) continue;
    for (const reader of left) if (reader[0].test(path)) left.delete(reader);
    if (left.size === 0) break;
  }
  return READERS.filter(reader => !left.has(reader)).flatMap(([, read]) => read(tree));
}

/** A regular file that a container sees. */
export interface LiveFile {
  readonly node: number;
  readonly path: string;
  readonly size: number;
  /** The layer that it is in, and its row there. */
  readonly layer: number;
  readonly row: number;
}

function liveFiles(tree: StackTree): readonly LiveFile[] {
  const { nodes, paths } = tree.listing();
  const { live, bases, layers } = tree.stacked;
  const files: LiveFile[] = [];
  for (let i = 0; i < paths.length; i += 1) {
    const node = nodes[i]!;
    const entry = live[node]!;
    if (entry < 0) continue;
    const layer = layerOf(bases, entry);
    const row = entry - bases[layer]!;
    const { type, size } = layers[layer]!;
    if (type[row] === TYPE.file && size[row]! > 0)
      files.push({ node, path: paths[i]!, size: size[row]!, layer, row });
  }
  return files;
}
