import type { AgentHost } from '../../module/index.ts';
import type { Destination, SentRecord } from './record.ts';
import { openSpool, type Spool } from './spool.ts';

/** Sends records to one destination, and keeps what it misses. Disposing it keeps on disk what is not sent. */
export interface Forwarder extends AsyncDisposable {
  /** Never waits: what does not fit is dropped and counted. */
  put(record: SentRecord): void;
  status(): ForwardStatus;
}

/** How forwarding stands. */
export interface ForwardStatus {
  readonly name: string;
  readonly sent: number;
  readonly dropped: number;
  readonly waiting: number;
  readonly spooledBytes: number;
  /** What the last try failed with; absent while it works. */
  readonly error?: string;
}

const BATCH_RECORDS = 500;
const BATCH_BYTES = 256 * 1024;
const MEMORY_BYTES = 1 << 20;
const SPOOL_AT_BYTES = 128 * 1024;
const SPOOL_AT_MS = 60_000;
const LINGER_MS = 500;
const RETRY_MS = { first: 1000, most: 60_000 };
const OVERHEAD = 200;

type Host = Pick<AgentHost, 'state' | 'monotonic' | 'sleep' | 'bus' | 'signal'>;

/** Starts to forward. Batches keep the order; one that may not have arrived is sent again, with the same IDs. */
export function openForwarder(
  destination: Destination,
  host: Host,
  limits: { readonly key: string; readonly spoolBytes: number; readonly spoolBytesPerDay: number },
): Forwarder {
  const spool = openSpool(host.state, limits.key, {
    bytes: destination.spools ? limits.spoolBytes : 0,
    bytesPerDay: limits.spoolBytesPerDay,
    monotonic: host.monotonic,
  });
  return new Sending(destination, host, spool);
}

class Sending implements Forwarder {
  readonly #destination: Destination;
  readonly #host: Host;
  readonly #spool: Spool;
  readonly #running: Promise<void>;
  #queue: SentRecord[] = [];
  #queueBytes = 0;
  #sent = 0;
  #dropped = 0;
  #error: string | undefined;
  #awayMs = 0;
  #isEnding = false;
  #delivering: Promise<boolean> = Promise.resolve(false);

  constructor(destination: Destination, host: Host, spool: Spool) {
    this.#destination = destination;
    this.#host = host;
    this.#spool = spool;
    this.#running = this.#run();
  }

  put(record: SentRecord): void {
    if (this.#queueBytes > MEMORY_BYTES) {
      this.#dropped++;
      return;
    }
    this.#queue.push(record);
    this.#queueBytes += costOf(record);
  }

  status(): ForwardStatus {
    return {
      name: this.#destination.name,
      sent: this.#sent,
      dropped: this.#dropped,
      waiting: this.#queue.length,
      spooledBytes: this.#spool.bytes,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    await Promise.race([this.#delivering.catch(() => false), pause(1000)]);
    while (this.#error === undefined && this.#queue.length > 0) {
      const went = this.#deliver().catch(() => false);
      if (!(await Promise.race([went, pause(1000).then(() => false)]))) break;
    }
    if (this.#destination.spools) await this.#putAway();
    await this.#destination[Symbol.asyncDispose]();
    await Promise.race([this.#running, pause(1000)]);
  }

  async #run(): Promise<void> {
    let retryMs = RETRY_MS.first;
    while (!this.#isEnding) {
      try {
        do {
          this.#delivering = this.#deliver();
        } while ((await this.#delivering) && !this.#isEnding);
        retryMs = RETRY_MS.first;
        await this.#host.sleep(LINGER_MS);
      } catch {
        if (this.#isEnding || this.#host.signal.aborted) return;
        await this.#waitAway(retryMs);
        retryMs = Math.min(retryMs * 2, RETRY_MS.most);
      }
    }
  }

  /** While it is away, what would be too much for memory goes to the disk. */
  async #waitAway(ms: number): Promise<void> {
    const { monotonic, sleep, signal } = this.#host;
    const endMs = monotonic() + ms;
    while (!this.#isEnding && !signal.aborted && monotonic() < endMs) {
      const isDue = this.#queueBytes >= SPOOL_AT_BYTES || monotonic() - this.#awayMs >= SPOOL_AT_MS;
      if (this.#destination.spools && isDue && this.#queue.length > 0) await this.#putAway();
      await sleep(Math.min(LINGER_MS, endMs - monotonic())).catch(() => {});
    }
  }

  /** The oldest first: what is on disk came before what is in memory. False when there is nothing. */
  async #deliver(): Promise<boolean> {
    const segment = await this.#spool.oldest();
    const batch = segment?.records ?? this.#first();
    if (batch.length === 0) return false;
    try {
      await this.#destination.send(batch);
    } catch (error) {
      this.#failed(messageOf(error));
      throw error;
    }
    if (segment === undefined) this.#forget(batch);
    else segment.remove();
    this.#sent += batch.length;
    if (this.#error !== undefined) tell(this.#host, this.#destination.name, undefined);
    this.#error = undefined;
    return true;
  }

  #failed(text: string): void {
    if (this.#error === undefined) {
      tell(this.#host, this.#destination.name, text);
      this.#awayMs = this.#host.monotonic();
    }
    this.#error = text;
  }

  #first(): readonly SentRecord[] {
    let bytes = 0;
    let count = 0;
    for (const record of this.#queue) {
      if (count >= BATCH_RECORDS || (count > 0 && bytes + costOf(record) > BATCH_BYTES)) break;
      bytes += costOf(record);
      count++;
    }
    return this.#queue.slice(0, count);
  }

  #forget(batch: readonly SentRecord[]): void {
    this.#queue = this.#queue.slice(batch.length);
    this.#queueBytes -= batch.reduce((sum, record) => sum + costOf(record), 0);
  }

  async #putAway(): Promise<void> {
    const all = this.#queue;
    this.#queue = [];
    this.#queueBytes = 0;
    this.#awayMs = this.#host.monotonic();
    if (all.length > 0) this.#dropped += await this.#spool.write(all).catch(() => all.length);
  }
}

function costOf({ text }: SentRecord): number {
  return text.length + OVERHEAD;
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref());
}

function messageOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const cause = reason.cause instanceof Error ? `: ${reason.cause.message}` : '';
  return `${reason.message}${cause}`.slice(0, 300);
}

function tell({ bus }: Pick<AgentHost, 'bus'>, name: string, error: string | undefined): void {
  bus.tell({
    from: 'logs',
    kind: error === undefined ? 'logs.forwarded-again' : 'logs.destination-away',
    severity: error === undefined ? 'info' : 'warning',
    text: error === undefined ? `${name} takes logs again` : `${name} does not take logs: ${error}`,
    data: { destination: name },
  });
}
