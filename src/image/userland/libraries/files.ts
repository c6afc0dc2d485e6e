import { SampanError } from '../../../core/errors/index.ts';
import { dirname, type FileNode, join, type SymlinkNode, type Tree } from '../../tree/index.ts';
import { type ElfFile, readElf } from '../elf/index.ts';

/** An ELF file that a path leads to. */
export interface Found {
  /** The path that leads there, normalised as text only. */
  readonly opened: string;
  readonly node: FileNode;
  readonly via: readonly SymlinkNode[];
  readonly elf: ElfFile;
}

/** Looks files up in a tree, and remembers what it saw. */
export class ElfFiles {
  readonly tree: Tree;
  readonly #found = new Map<string, Found | undefined>();
  readonly #elf = new Map<FileNode, ElfFile | undefined>();
  readonly #variants = new Map<string, readonly string[]>();
  readonly #maxLookups: number;
  #lookups = 0;

  constructor(tree: Tree, maxLookups: number) {
    this.tree = tree;
    this.#maxLookups = maxLookups;
  }

  /**
   * The ELF file that `path` leads to.
   *
   * @throws SampanError `limit` after too many look-ups.
   */
  find(path: string): Found | undefined {
    if (++this.#lookups > this.#maxLookups) {
      throw new SampanError(
        'limit',
        `the libraries ask for more than ${this.#maxLookups} look-ups, last for ${path}`,
      );
    }
    if (this.#found.has(path)) return this.#found.get(path);
    const found = this.#look(path);
    this.#found.set(path, found);
    return found;
  }

  #look(path: string): Found | undefined {
    const resolved = this.tree.resolve(path);
    if (resolved?.node.kind !== 'file') return undefined;
    const { node, via } = resolved;
    if (!this.#elf.has(node)) this.#elf.set(node, readElf(node.content));
    const elf = this.#elf.get(node);
    return elf === undefined ? undefined : { opened: path, node, via, elf };
  }

  /** As {@link find}, for a library that a process of `like` can load: same class, byte order and machine. */
  findLike(path: string, like: ElfFile): Found | undefined {
    const found = this.find(path);
    if (found === undefined || found.elf.kind !== 'shared') return undefined;
    const { bits, order, machine } = found.elf;
    return bits === like.bits && order === like.order && machine === like.machine ? found : undefined;
  }

  /** The subdirectories of `directory` where the loader of glibc looks first on some processors. */
  variantsOf(directory: string): readonly string[] {
    const known = this.#variants.get(directory);
    if (known !== undefined) return known;
    const variants = this.#listVariants(directory);
    this.#variants.set(directory, variants);
    return variants;
  }

  #listVariants(directory: string): readonly string[] {
    const hwcaps = join(directory, 'glibc-hwcaps');
    const current = this.tree.list(hwcaps).map(name => join(hwcaps, name));
    return [...current, ...this.#legacyVariants(directory)].slice(0, MAX_VARIANTS);
  }

  /** Before glibc 2.37: `tls`, platforms and capabilities, nested in any order. */
  #legacyVariants(directory: string): readonly string[] {
    const found: string[] = [];
    let level = [directory];
    for (let depth = 0; depth < 3; depth++) {
      level = level.flatMap(parent => {
        const names = this.tree.list(parent).filter(name => LEGACY.has(name));
        return names
          .map(name => join(parent, name))
          .filter(path => this.tree.get(path)?.kind === 'directory');
      });
      found.push(...level);
    }
    return found;
  }
}

const MAX_VARIANTS = 64;

const LEGACY = new Set([
  'tls',
  'x86_64',
  'haswell',
  'xeon_phi',
  'avx512_1',
  'i486',
  'i586',
  'i686',
  'sse2',
  'cmov',
  'nosegneg',
  'neon',
  'vfp',
  'vfpv3',
  'v7l',
  'v6l',
  'atomics',
  'aarch64',
  'power7',
  'power8',
  'power9',
  'z13',
  'z14',
  'z15',
]);

/** The directories that `$ORIGIN` may stand for: where a file was opened, and where it really is. */
export function originsOf(found: Found): readonly string[] {
  const opened = dirname(found.opened);
  const real = dirname(found.node.path);
  return opened === real ? [real] : [opened, real];
}
