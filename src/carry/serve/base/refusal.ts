import { type ErrorCode, type ErrorOptions, SampanError } from '../../../core/errors/index.ts';

/**
 * The error codes of the distribution spec 1.1, "Error Codes", with the status that each is sent with. The one for pages is
 * what registries send beyond it.
 */
const REFUSALS = {
  BLOB_UNKNOWN: [404, 'not-found'],
  BLOB_UPLOAD_INVALID: [400, 'invalid'],
  BLOB_UPLOAD_UNKNOWN: [404, 'not-found'],
  DIGEST_INVALID: [400, 'integrity'],
  MANIFEST_BLOB_UNKNOWN: [404, 'not-found'],
  MANIFEST_INVALID: [400, 'invalid'],
  MANIFEST_UNKNOWN: [404, 'not-found'],
  NAME_INVALID: [400, 'invalid'],
  NAME_UNKNOWN: [404, 'not-found'],
  PAGINATION_NUMBER_INVALID: [400, 'invalid'],
  SIZE_INVALID: [400, 'invalid'],
  UNAUTHORIZED: [401, 'denied'],
  DENIED: [403, 'denied'],
  UNSUPPORTED: [405, 'unsupported'],
  TOOMANYREQUESTS: [429, 'limit'],
} as const satisfies Readonly<Record<string, readonly [number, ErrorCode]>>;

/** A code that a client understands. */
export type RefusalCode = keyof typeof REFUSALS;

/** What goes with a refusal. */
export interface RefusalOptions extends ErrorOptions {
  /** In place of the usual status of the code. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is answered with an error code of the distribution spec. Its message goes to the client. */
export class Refusal extends SampanError {
  readonly refusal: RefusalCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(refusal: RefusalCode, message: string, options: RefusalOptions = {}) {
    const [status, code] = REFUSALS[refusal];
    super(code, message, options);
    this.name = 'Refusal';
    this.refusal = refusal;
    this.status = options.status ?? status;
    this.headers = options.headers ?? {};
  }
}
