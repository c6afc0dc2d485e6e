/**
 * What went wrong, as far as a caller acts differently on it.
 *
 * - `usage`: the request itself makes no sense (exit 2).
 * - `not-found`: the thing that was named is not there.
 * - `invalid`: data breaks its format, or its own promises (sizes, types).
 * - `integrity`: bytes do not match the digest or size that was promised.
 * - `unsupported`: the data is sound, but of a kind that is not handled.
 * - `limit`: a bound against hostile or runaway input was reached.
 * - `no-space`: the disk is full.
 * - `denied`: the operating system or a server refused.
 * - `unavailable`: an engine, a server or a program that is needed is not there.
 * - `timeout`: something did not happen in its time.
 * - `unproven`: a gate or a proof said no (exit 3).
 * - `cancelled`: the user or the caller stopped it (exit 130).
 * - `internal`: a bug in Sampan.
 */
export type ErrorCode =
  | 'usage'
  | 'not-found'
  | 'invalid'
  | 'integrity'
  | 'unsupported'
  | 'limit'
  | 'no-space'
  | 'denied'
  | 'unavailable'
  | 'timeout'
  | 'unproven'
  | 'cancelled'
  | 'internal';

/** The extras of an error. */
export interface ErrorOptions {
  readonly cause?: unknown;
  /** What a person can do about it: one imperative sentence. */
  readonly remedy?: string;
}

/** The one error class. Messages are lower case, name the thing, and never hold a secret. */
export class SampanError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'SampanError';
    this.code = code;
    this.remedy = options.remedy;
  }
}

/** The error for data that ends too early. */
export function truncated(message: string, cause?: unknown): SampanError {
  return new SampanError('invalid', message, {
    ...(cause === undefined ? {} : { cause }),
    remedy: 'copy or save it again: it is not whole',
  });
}

/** True for a {@link SampanError}, of the given code if one is given. */
export function isSampanError(error: unknown, code?: ErrorCode): error is SampanError {
  return error instanceof SampanError && (code === undefined || error.code === code);
}

/** The code of a failed system call (`ENOENT`, …), if `error` is one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const SYSTEM_CODES: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
  EISDIR: 'invalid',
  EEXIST: 'invalid',
  ELOOP: 'invalid',
  ENAMETOOLONG: 'limit',
  EMFILE: 'limit',
  ENFILE: 'limit',
  ENOMEM: 'limit',
  EIO: 'integrity',
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EFBIG: 'no-space',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ECONNREFUSED: 'unavailable',
  ETIMEDOUT: 'timeout',
  ABORT_ERR: 'cancelled',
};

const SYSTEM_REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'free some disk space, or point XDG_DATA_HOME and TMPDIR at a larger disk',
  EDQUOT: 'free some disk space, or raise the quota',
  EACCES: 'run it as a user who may, or with sudo',
  EPERM: 'run it as a user who may, or with sudo',
  ENAMETOOLONG: 'point XDG_DATA_HOME and TMPDIR at directories with shorter names',
  EMFILE: 'raise the limit of open files: ulimit -n 65536',
  ENOMEM: 'free some memory',
  EIO: 'look at the disk: the kernel log (dmesg) tells more',
  EEXIST: 'choose another place: something else is there',
  EROFS: 'choose a directory on a file system that can be written',
};

/** Says what was attempted, and keeps the cause. A SampanError keeps its code and remedy. */
export function wrap(attempted: string, cause: unknown): SampanError {
  const reason = reasonOf(cause, attempted);
  if (isSampanError(cause)) {
    return new SampanError(cause.code, `${attempted}: ${reason}`, {
      cause,
      ...(cause.remedy === undefined ? {} : { remedy: cause.remedy }),
    });
  }
  const system = systemCode(cause) ?? '';
  const remedy = SYSTEM_REMEDIES[system];
  return new SampanError(SYSTEM_CODES[system] ?? 'internal', `${attempted}: ${reason}`, {
    cause,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** As a person would say it: without the code and the name of a system call, and a path once. */
function reasonOf(cause: unknown, attempted: string): string {
  if (!(cause instanceof Error)) return String(cause);
  const described = /^[A-Z0-9]+: ([^,]+), [a-z0-9_]+(?: '.*')?$/s.exec(cause.message)?.[1];
  if (described === undefined || systemCode(cause) === undefined) return cause.message;
  const path = 'path' in cause && typeof cause.path === 'string' ? cause.path : '';
  return attempted.includes(path) ? described : `${described}: ${path}`;
}
