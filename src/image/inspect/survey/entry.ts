import { decodeName } from '../../../core/bytes/index.ts';
import { TYPE, TYPES } from '../scan/index.ts';
import { layerOf } from '../stack/index.ts';
import type { Terrain } from './terrain.ts';

/** What is seen of an entry. */
export interface EntryFacts {
  /** Its own name, as `core/bytes` writes names. */
  readonly name: string;
  readonly isDirectory: boolean;
  readonly isFile: boolean;
  /** As `ls -l` has it: `drwxr-xr-x`. */
  readonly rights: string;
  readonly uid: number;
  readonly gid: number;
  /** Of a link; otherwise empty. */
  readonly target: string;
}

const NO_LAYER = {
  rights: 'drwxr-xr-x',
  uid: 0,
  gid: 0,
  target: '',
  isDirectory: true,
  isFile: false,
} as const;
const LETTERS = {
  file: '-',
  hardlink: '-',
  symlink: 'l',
  character: 'c',
  block: 'b',
  directory: 'd',
  fifo: 'p',
};

/** What an entry of a survey is. */
export function factsOf({ ground, types }: Terrain, node: number, entry: number): EntryFacts {
  const { names, layers, bases } = ground.stacked;
  const name = names.textOf(node);
  if (entry < 0) return { name, ...NO_LAYER };
  const layer = layerOf(bases, entry);
  const row = entry - bases[layer]!;
  const scan = layers[layer]!;
  const type = types[entry]!;
  return {
    name,
    isDirectory: type === TYPE.directory,
    isFile: type === TYPE.file,
    rights: LETTERS[TYPES[type]!] + permissions(scan.mode[row]!),
    uid: scan.uid[row]!,
    gid: scan.gid[row]!,
    target: decodeName(scan.links.subarray(row === 0 ? 0 : scan.linkEnd[row - 1]!, scan.linkEnd[row]!)),
  };
}

function permissions(mode: number): string {
  const special = [mode & 0o4000, mode & 0o2000, mode & 0o1000];
  return ['s', 's', 't']
    .map((letter, i) => {
      const bits = (mode >> (6 - 3 * i)) & 7;
      const runs = (bits & 1) !== 0;
      const last = special[i] === 0 ? (runs ? 'x' : '-') : runs ? letter : letter.toUpperCase();
      return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
    })
    .join('');
}

/** The absolute path of a node of a survey. */
export function pathAt({ ground }: Terrain, node: number): string {
  return ground.stacked.names.pathOf(node);
}
