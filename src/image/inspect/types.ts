import type { Digest } from '../../core/bytes/index.ts';
import type { Finding } from './finding.ts';

/** A layer in figures. Sizes are bytes. */
export interface LayerFigures {
  /** Counted from 0. */
  readonly index: number;
  readonly digest: Digest;
  readonly diffId: Digest | undefined;
  readonly mediaType: string;
  /** As in a Dockerfile, on one line; empty where it is not known. */
  readonly instruction: string;
  /** As it is stored. */
  readonly compressedBytes: number;
  /** Its plain tar; absent for a layer that was not read. */
  readonly plainBytes: number | undefined;
  /** Of its files. */
  readonly fileBytes: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Of its files, what later layers hide. */
  readonly hiddenBytes: number;
  /** It belongs to the image that this one was built on, as far as can be told. */
  readonly isBase: boolean;
  /** Why it was not read, if it was not. */
  readonly unread?: string;
}

/** A package in an inspection. */
export interface PackageFigures {
  /** `deb`, `apk`, `rpm`, `npm`, `pypi`, … */
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
}

/** The image in figures. Sizes are bytes. */
export interface ImageTotals {
  /** The files of all layers: what dive calls the size of the image. */
  readonly sizeBytes: number;
  /** What is stored: compressed, where layers are. */
  readonly storedBytes: number;
  /** The plain tars of all layers. */
  readonly plainBytes: number;
  /** `storedBytes` by `plainBytes`. */
  readonly compressionRatio: number;
  /** What a container sees. */
  readonly visibleBytes: number;
  /** What a container sees and is no directory. */
  readonly files: number;
  /** 0 to 1, as dive has it. */
  readonly efficiency: number;
  /** As dive has it: every path that two layers touch, with all its sizes. */
  readonly wastedBytes: number;
  /** Bytes that layers carry and no container sees. */
  readonly hiddenBytes: number;
  /** Hidden bytes and the files that findings say can go, each counted once. */
  readonly reclaimableBytes: number;
  /** What was added to the base image. */
  readonly userBytes: number;
}

/** What the image seems to be built on. */
export interface BaseGuess {
  /** `Debian GNU/Linux 12 (bookworm)`; empty where nothing says it. */
  readonly name: string;
  readonly layers: number;
  readonly bytes: number;
}

/** What an inspection tells. */
export interface Inspection {
  /** As it was named. */
  readonly image: string;
  /** `linux/arm64`. */
  readonly platform: string;
  /** Of the configuration: the image ID. */
  readonly id: Digest;
  readonly totals: ImageTotals;
  readonly base: BaseGuess;
  readonly layers: readonly LayerFigures[];
  /** The most bytes first. */
  readonly findings: readonly Finding[];
  /** The largest first. */
  readonly packages: readonly PackageFigures[];
  /** Paths that dive counts as wasted, the most bytes first; the largest hundred. */
  readonly wastedPaths: readonly { readonly path: string; readonly bytes: number; readonly times: number }[];
  /** What is to be known about the figures. */
  readonly notes: readonly string[];
}
