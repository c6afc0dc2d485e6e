import type { Content } from '../../core/bytes/index.ts';

/** Who owns a node, who may use it, and when it changed. */
export interface Metadata {
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, with a fraction where the layer has one. */
  readonly mtime: number;
  /** The same as exact decimal text, where it has a fraction. */
  readonly exactMtime?: string;
  /** Extended attributes by name (`security.capability`, …). */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

interface Located {
  /** Absolute, normalised: `/usr/bin/env`. The root is `/`. Bytes that are not UTF-8 are escaped, see `core/bytes`. */
  readonly path: string;
  readonly meta: Metadata;
  /** The layer that it comes from, counted from 0; -1 for a directory that no layer names. */
  readonly layer: number;
}

/** A regular file. */
export interface FileNode extends Located {
  readonly kind: 'file';
  readonly content: Content;
  /** Paths of one inode share this object; absent when there is one path only. */
  readonly links?: HardLinks;
}

/** The paths of one inode, in the order in which the layers name them. */
export interface HardLinks {
  readonly paths: readonly string[];
}

/** A directory; its entries are in the tree. */
export interface DirectoryNode extends Located {
  readonly kind: 'directory';
}

/** A symbolic link. */
export interface SymlinkNode extends Located {
  readonly kind: 'symlink';
  /** As written, perhaps relative. */
  readonly target: string;
}

/** A device node. */
export interface DeviceNode extends Located {
  readonly kind: 'character' | 'block';
  readonly major: number;
  readonly minor: number;
}

/** A named pipe. */
export interface FifoNode extends Located {
  readonly kind: 'fifo';
}

/** Anything in a file system. */
export type Node = FileNode | DirectoryNode | SymlinkNode | DeviceNode | FifoNode;

/** A file system as a container sees it. Paths are absolute and normalised. It never changes. */
export interface Tree {
  /** How many nodes there are, the root among them. */
  readonly size: number;
  /** The node itself; symlinks in the directories before it are followed, the last component is not. */
  get(path: string): Node | undefined;
  /**
   * The node that a process reaches by `path`: symlinks are followed inside the tree, also the last one.
   * `via` has every symlink that was followed on the way. Absent when it leads nowhere or in a circle.
   */
  resolve(path: string): Resolved | undefined;
  /** The names in a directory, sorted; empty when it is not one. Symlinks to it are followed. */
  list(path: string): readonly string[];
  /** Every node, each directory before what it holds, the names sorted. */
  nodes(): Iterable<Node>;
  /** The paths of {@link nodes}, in the same order: to look for names without asking for nodes. */
  paths(): Iterable<string>;
}

/** Where a path leads. */
export interface Resolved {
  readonly node: Node;
  readonly via: readonly SymlinkNode[];
}
