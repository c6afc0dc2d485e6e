/** What bounds the server: it runs on small devices, beside what matters more. Times in milliseconds. */
export interface HttpLimits {
  readonly maxConnections: number;
  /** Server-sent events and followed logs, all together. */
  readonly maxStreams: number;
  readonly maxBodyBytes: number;
  readonly maxHeaderBytes: number;
  /** All headers must be there by then. */
  readonly headersMs: number;
  /** The whole request must be there by then. */
  readonly requestMs: number;
  /** A stream on which nothing happens says that it lives. */
  readonly heartbeatMs: number;
  /** What a reader may leave unread of a stream before it is cut. */
  readonly maxUnreadBytes: number;
}

/** What holds unless a test says otherwise. */
export const LIMITS: HttpLimits = {
  maxConnections: 64,
  maxStreams: 16,
  maxBodyBytes: 64 << 10,
  maxHeaderBytes: 16 << 10,
  headersMs: 10_000,
  requestMs: 20_000,
  heartbeatMs: 15_000,
  maxUnreadBytes: 1 << 20,
};
