/** What bounds a server. Times in milliseconds, sizes in bytes. */
export interface ServerLimits {
  readonly maxBlobBytes: number;
  readonly maxUploads: number;
  readonly maxConnections: number;
  /** A connection on which nothing happens is closed. */
  readonly idleMs: number;
  /** A body that comes or goes slower, in bytes a second, is cut. */
  readonly minRate: number;
  /** An upload that nobody goes on with is forgotten. */
  readonly uploadMs: number;
  /** Requests under way may end when the server is stopped. */
  readonly graceMs: number;
}

/** What holds unless told. */
export const DEFAULT_LIMITS: ServerLimits = {
  maxBlobBytes: 64 * 2 ** 30,
  maxUploads: 256,
  maxConnections: 1024,
  idleMs: 60_000,
  minRate: 64,
  uploadMs: 24 * 3_600_000,
  graceMs: 30_000,
};

/** The headers of a request must be there by then. */
export const HEADERS_MS = 20_000;
/** All headers of a request together. */
export const MAX_HEADER_BYTES = 16 << 10;
/** The path and query of a request. */
export const MAX_URL_LENGTH = 4096;
/** Over this span {@link ServerLimits.minRate} is measured. */
export const PACE_WINDOW_MS = 30_000;
/** Pieces in which blobs are read and sent. */
export const BUFFER_BYTES = 1 << 20;
/** How many of {@link BUFFER_BYTES} there are. */
export const BUFFER_COUNT = 24;
