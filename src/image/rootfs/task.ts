import type { Piece } from '../../core/bytes/index.ts';

/** One file to write; what a worker is given. */
export interface FileTask {
  /** On the host. */
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly size: number;
  readonly pieces: readonly Piece[];
}

/** What a worker is started with. */
export interface WorkerSetup {
  /** Seconds since 1970; every file gets this access time. */
  readonly accessTime: number;
  readonly umask: number;
  readonly uid: number;
  readonly gid: number;
}

/** What a worker says of each batch: it is written, or that failed. */
export type WorkerMessage =
  | { readonly kind: 'written' }
  | {
      readonly kind: 'failed';
      readonly path: string;
      readonly code: string | undefined;
      readonly message: string;
    };
