import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../base/index.ts';
import type { PaceLimits, Sending } from '../http/index.ts';
import type { PullSource } from '../pull/index.ts';
import type { Storage } from '../storage/index.ts';

/** What handlers work with. */
export interface Registry {
  readonly storage: Storage;
  readonly source: PullSource;
  readonly sending: Sending;
  readonly pace: PaceLimits;
  readonly maxBlobBytes: number;
  readonly isReadOnly: boolean;
  readonly now: () => number;
  /** Told of each piece of a body that came in. */
  received(bytes: number): void;
}

/** One request. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

/** Answers one request; what goes wrong is thrown. */
export type Handler = (registry: Registry, call: Call) => Promise<void>;

/** A handler of each method of a resource. */
export type Handlers = Readonly<Partial<Record<string, Handler>>>;

/** @throws Refusal when nothing may be written there. */
export function throwUnlessWritable(registry: Registry, repository: string): void {
  if (registry.isReadOnly) throw new Refusal('UNSUPPORTED', 'this registry is read-only');
  if (registry.source.isMirrored(repository)) {
    throw new Refusal('DENIED', `${repository} mirrors another registry: push there`);
  }
}
