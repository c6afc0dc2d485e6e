import type { BlobDigest } from '../base/index.ts';
import type { Metrics } from '../metrics/index.ts';
import type { PullSource } from '../pull/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Contact } from './contact.ts';
import type { Download } from './download.ts';
import type { SyncJournal } from './journal.ts';
import type { Upstream } from './port.ts';

/** What mirroring works with. */
export interface Tools {
  readonly storage: Storage;
  readonly metrics: Metrics;
  readonly local: PullSource;
  readonly journal: SyncJournal;
  readonly now: () => number;
  readonly ttlMs: number;
  readonly pauseMs: number;
  /** Those under way. */
  readonly downloads: Map<BlobDigest, Promise<Download | undefined>>;
  /** Lists of tags, and when they were asked for. */
  readonly listed: Map<string, { readonly at: number; readonly tags: readonly string[] }>;
  readonly stopping: AbortSignal;
}

/** One mirrored repository: its name here and there. */
export interface Mirrored {
  readonly repository: string;
  readonly remote: string;
  readonly upstream: Upstream;
  readonly contact: Contact;
}

/** What became of a request to a mirrored repository. */
export type MirrorOutcome = 'hit' | 'fetched' | 'stale' | 'absent' | 'failed';

/** Counts one. */
export function countMirror(tools: Tools, outcome: MirrorOutcome): void {
  tools.metrics.count('sampan_registry_mirror_requests_total', { outcome });
}
