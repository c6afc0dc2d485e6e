import type { ByteStream } from '../../core/bytes/index.ts';

/** The methods that are spoken. */
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Header fields by their name in lower case; repeated ones are joined with `, ` (RFC 9110, section 5.3). */
export type HttpHeaders = Readonly<Record<string, string>>;

/** What is sent with a request. It may be opened again and gives the same bytes each time. */
export interface HttpBody {
  /** Sent as `Content-Length`; without it the body is chunked. */
  readonly sizeBytes?: number;
  open(): ByteStream;
}

/** One request. */
export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers?: HttpHeaders;
  readonly body?: HttpBody;
  /** Whether doing it twice is as good as once; GET and HEAD are, others only where it is said. */
  readonly isRepeatable?: boolean;
  /** The longest silence of the server while it is waited for; a minute unless told. */
  readonly idleMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The answer to a request, whatever its status. Its body is read once, or closed. */
export interface HttpResponse {
  readonly status: number;
  /** Where it came from in the end, after redirects. */
  readonly url: URL;
  readonly headers: HttpHeaders;
  /**
   * Leaving its loop closes the connection. It throws SampanError `unavailable` where it ends before the length
   * that was announced, `timeout` where the server is silent or slower than allowed, `cancelled`.
   */
  readonly body: ByteStream;
  /** Drops the connection; harmless when all was read. */
  close(): void;
}

/**
 * Sends a request and gives the answer. Wrappers of this one function follow redirects, wait and try again, and
 * prove who one is.
 *
 * @throws SampanError `unavailable` or `timeout` for what may work later, `denied` for what will not (a
 *   certificate, plain HTTP), `cancelled`. Messages name the host and the path, never a query or a credential.
 */
export type Send = (request: HttpRequest) => Promise<HttpResponse>;

/** What waiting needs from outside. */
export interface Waiting {
  /** Milliseconds since 1970. */
  now(): number;
  /** Ends early when the signal fires, without an error. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** From 0 to 1, without 1. */
  random(): number;
}

/** What TLS with one host needs besides the certificate authorities of the system. All in PEM. */
export interface TlsSettings {
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
}

/** How a client speaks. */
export interface HttpOptions {
  /** What this program calls itself: `sampan/0.1.0`. */
  readonly userAgent?: string;
  /** For a host with its port, as in a URL. */
  tlsFor?(host: string): Promise<TlsSettings | undefined>;
  /** Whether plain HTTP was asked for with that host; with loopback it is always allowed. */
  isPlainAllowed?(host: string): boolean | Promise<boolean>;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, also in lower case. Loopback is never reached by a proxy. */
  readonly proxies?: Readonly<Record<string, string | undefined>>;
  readonly waiting?: Waiting;
  /** A minute unless told. */
  readonly idleMs?: number;
  /** A server that sends fewer bytes a second over `slowMs` counts as stuck; 256 unless told. */
  readonly minBytesPerSecond?: number;
  /** A minute unless told. */
  readonly slowMs?: number;
  /** How often a request is sent at most; 5 unless told. */
  readonly maxAttempts?: number;
}
