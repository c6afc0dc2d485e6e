import type { Steps } from '../../../core/steps/index.ts';
import type { FileNode } from '../../tree/index.ts';
import { ABSOLUTE_PATH, findStrings } from '../../userland/elf/index.ts';
import type { OsPackage } from '../../userland/packages/os/index.ts';
import type { Keeper } from './keeper.ts';
import type { Owners } from './owners.ts';

/** Where packages put what only their own programs read: plugins, scripts, tables, settings. */
export const PRIVATE = /^\/(?:etc|usr\/(?:lib|libexec|share))\/[^/]+/;
/** Places that many packages share, or that have rules of their own. */
export const SHARED =
  /^\/usr\/(?:lib|libexec|share)\/(?:[\w.]+-linux-\w+(?:\/(?:gconv|security|perl[^/]*|ruby|tcl[^/]*|lua))?|gconv|locale|i18n|zoneinfo|terminfo|doc|man|info|python[^/]*|perl[^/]*|ruby|node[^/]*|php[^/]*|tcl[^/]*|tk[^/]*|lua|R|jvm|java|ssl|gcc[^/]*)(?:\/|$)/;
/** The library of C, which names what other rules keep. */
const LIBC = /\/(?:ld-|libc\.so|libc-|libc\.musl)/;

/** True for the library of C and its loader. */
export function isLibc(path: string): boolean {
  return LIBC.test(path);
}

const MAX_FILES = 4000;
const MAX_BYTES = 24 << 20;

/** What the search for own files asks. */
export interface OwnFilesOptions {
  /** Programs and libraries of machine code, kept already. */
  readonly files: readonly FileNode[];
  /** `by` is the program that asks for it. */
  readonly isWaste: (path: string, by: string) => boolean;
  /** How many bytes of libraries a path needs that nothing else does. */
  readonly weigh: (path: string) => number;
}

/** A plugin that brings more, as a compiler for machine code does, is kept only when a run loads it. */
const MAX_PLUGIN_BYTES = 48 << 20;

/**
 * Keeps the plugins and data of kept programs and libraries of packages: what they name, as a file or as a
 * directory, and what belongs to the same package. An app may ask for it long after its start.
 */
export function* keepOwnFiles(keeper: Keeper, owners: Owners, options: OwnFilesOptions): Steps<void> {
  const done = new Set<string>();
  for (const file of options.files) {
    yield;
    const owner = owners.packageOf(file.path);
    if (owner === undefined || isLibc(file.path)) continue;
    for (const name of findStrings(file.content, ABSOLUTE_PATH, { maxBytes: 32 << 20 })) {
      const path = keeper.tree.resolve(name.replace(/\/+$/, ''))?.node.path;
      if (path === undefined || !PRIVATE.test(path) || SHARED.test(path) || done.has(path)) continue;
      done.add(path);
      for (const own of ownBelow(keeper, owner, path))
        if (!options.isWaste(own, file.path) && options.weigh(own) <= MAX_PLUGIN_BYTES)
          keeper.keep(own, { kind: 'app', text: `names ${path}`, by: file.path });
    }
  }
}

/** The files of a package at or below a path; none where they are too many to be what a program reads. */
function ownBelow(keeper: Keeper, owner: OsPackage, path: string): readonly string[] {
  const own = owner.files.filter(file => file === path || file.startsWith(`${path}/`));
  const kept = own.filter(file => !/\/bitcode\/|\.(?:h|a|la|pc)$/.test(file));
  // Paths of one inode are stored once.
  const nodes = kept.map(file => keeper.tree.get(file)).filter(node => node?.kind === 'file');
  const inodes = new Map(nodes.map(node => [node.links ?? node, node.content.size]));
  const bytes = [...inodes.values()].reduce((sum, size) => sum + size, 0);
  return kept.length > MAX_FILES || bytes > MAX_BYTES ? [] : kept;
}
