import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type Access, OPEN_ACCESS } from '../access/index.ts';
import type { Registry } from '../api/index.ts';
import { bufferPool } from '../http/index.ts';
import { type Gauge, type Metrics, openMetrics } from '../metrics/index.ts';
import { localSource, type PullSource } from '../pull/index.ts';
import { openStorage, type Storage } from '../storage/index.ts';
import { type Collector, openCollector } from './collector.ts';
import { answerExtra, type ExtraPages } from './extra.ts';
import { type Answering, handle, type RequestRecord } from './handle.ts';
import { BUFFER_BYTES, BUFFER_COUNT, PACE_WINDOW_MS, type ServerLimits } from './limits.ts';
import { type Address, type Listener, listen, type TlsFiles } from './listen.ts';

/** A mirror, as the server sees it. */
export interface MirrorSource extends PullSource {
  /** What `/status` shows. */
  state(): Promise<unknown>;
  stop(): Promise<void>;
}

/** How to serve. */
export interface ServeOptions {
  /** Where everything is kept; made when it is not there. */
  readonly directory: string;
  readonly listen: Address;
  /** A second address that shows `/metrics`, `/status` and `/healthz` and takes `POST /collect`, without a password. */
  readonly admin?: Address | undefined;
  readonly tls?: TlsFiles | undefined;
  readonly access?: Access | undefined;
  readonly isReadOnly: boolean;
  readonly limits: ServerLimits;
  readonly collecting: {
    readonly everyMs?: number | undefined;
    readonly graceMs: number;
    readonly untaggedMs?: number | undefined;
  };
  /** Wraps what is pulled. */
  readonly mirror?: ((storage: Storage, metrics: Metrics) => MirrorSource) | undefined;
  readonly now: () => number;
  /** Told of every request after it was answered. */
  readonly record: (record: RequestRecord) => void;
}

/** A registry that serves. */
export interface RunningRegistry {
  readonly address: Address;
  readonly admin: Address | undefined;
  collect(): Promise<void>;
  /** Ends well: requests under way may end, for a while. */
  stop(): Promise<void>;
}

/**
 * Starts a registry (OCI distribution spec 1.1) on a directory that no other process works on.
 *
 * @throws SampanError `unavailable` when an address is taken, `denied`, `no-space`.
 */
export async function startRegistry(options: ServeOptions): Promise<RunningRegistry> {
  const { limits, now } = options;
  const metrics = openMetrics();
  const storage = await openStorage(options.directory, { now, maxUploads: limits.maxUploads });
  const mirror = options.mirror?.(storage, metrics);
  const collector = openCollector(storage, {
    ...options.collecting,
    uploadMs: limits.uploadMs,
    now,
    metrics,
  });
  const registry = registryOf(options, { storage, metrics, source: mirror ?? localSource(storage) });
  const open = new Set<IncomingMessage>();
  const pages = pagesOf({ metrics, storage, mirror, collector, open });
  const extra = (request: IncomingMessage, response: ServerResponse) => answerExtra(pages, request, response);
  const answering: Answering = {
    registry,
    metrics,
    extra,
    access: options.access ?? OPEN_ACCESS,
    record: options.record,
  };
  const main = await listen(options.listen, track(open, answering), { limits, tls: options.tls });
  const admin = await listenAdmin(options, { pages, collector }).catch(async error => {
    await main.close(0);
    throw error;
  });
  return {
    address: main.address,
    admin: admin?.address,
    collect: () => collector.collect(),
    stop: async () => {
      await Promise.all([main.close(limits.graceMs), admin?.close(limits.graceMs), collector.stop()]);
      await mirror?.stop();
    },
  };
}

function registryOf(
  options: ServeOptions,
  parts: { readonly storage: Storage; readonly metrics: Metrics; readonly source: PullSource },
): Registry {
  const { limits } = options;
  const pace = { minRate: limits.minRate, windowMs: PACE_WINDOW_MS };
  return {
    storage: parts.storage,
    source: parts.source,
    pace,
    sending: {
      pace,
      buffers: bufferPool(BUFFER_COUNT, BUFFER_BYTES),
      sent: bytes => parts.metrics.count('sampan_registry_sent_bytes_total', {}, bytes),
    },
    maxBlobBytes: limits.maxBlobBytes,
    isReadOnly: options.isReadOnly,
    now: options.now,
    received: bytes => parts.metrics.count('sampan_registry_received_bytes_total', {}, bytes),
  };
}

function track(
  open: Set<IncomingMessage>,
  answering: Answering,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    open.add(request);
    response.once('close', () => open.delete(request));
    void handle(answering, request, response);
  };
}

interface Shown {
  readonly metrics: Metrics;
  readonly storage: Storage;
  readonly mirror: MirrorSource | undefined;
  readonly collector: Collector;
  readonly open: ReadonlySet<IncomingMessage>;
}

function pagesOf({ metrics, storage, mirror, collector, open }: Shown): ExtraPages {
  const gauges = (): readonly Gauge[] => [
    { name: 'sampan_registry_requests_in_flight', help: 'Requests under way.', value: open.size },
    { name: 'sampan_registry_uploads', help: 'Uploads under way.', value: storage.uploads.count() },
    {
      name: 'sampan_registry_blobs',
      help: 'Blobs that the last collection left.',
      value: collector.state().last?.keptBlobs ?? 0,
    },
  ];
  const status = async (): Promise<unknown> => ({
    schema: 'sampan.serve-status/1',
    uploads: storage.uploads.count(),
    collection: collector.state(),
    mirrors: (await mirror?.state()) ?? [],
  });
  return { metrics, gauges, status };
}

async function listenAdmin(
  options: ServeOptions,
  parts: { readonly pages: ExtraPages; readonly collector: Collector },
): Promise<Listener | undefined> {
  if (options.admin === undefined) return undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'POST' && request.url === '/collect') {
      await parts.collector.collect();
      response.end(`${JSON.stringify(parts.collector.state())}\n`);
    } else if (!(await answerExtra(parts.pages, request, response))) {
      response.writeHead(404).end();
    }
  };
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch(() => response.destroy());
  };
  return await listen(options.admin, handler, { limits: options.limits });
}

/** The file that a process holds while it works on the directory of a registry. */
export function lockOf(directory: string): string {
  return join(directory, '.serve.lock');
}
