import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  type Content,
  contentChunks,
  type Digest,
  finishDigest,
  parseDigest,
  startDigest,
  throwIfCancelled,
} from '../bytes/index.ts';
import { SampanError } from '../errors/index.ts';
import type { Cancel } from './port.ts';

/** What the worker answers with. */
interface Answer {
  readonly digest?: string;
  readonly code?: string;
  readonly message?: string;
}

const SCRIPT = new URL(
  import.meta.url.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js',
  import.meta.url,
);

/** Starting a thread takes as long as hashing so many bytes. */
const THREAD_BYTES = 64 << 20;
const TURN_MS = 10;

/**
 * The digest of content, without keeping the caller's thread: large content is read in a thread of its own,
 * small content in turns.
 *
 * @throws SampanError `integrity` when a file is shorter than its piece, `cancelled`, or the system's error.
 */
export async function digestInThread(content: Content, options: Cancel = {}): Promise<Digest> {
  throwIfCancelled(options.signal);
  if (content.size < THREAD_BYTES) return await digestInTurns(content, options);
  const worker = new Worker(SCRIPT, { workerData: content });
  const stop = (): void => void worker.terminate();
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    return await answerOf(worker, options);
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}

async function digestInTurns(content: Content, options: Cancel): Promise<Digest> {
  const hash = startDigest();
  let since = performance.now();
  for (const chunk of contentChunks(content)) {
    hash.update(chunk);
    if (performance.now() - since < TURN_MS) continue;
    await setImmediate();
    throwIfCancelled(options.signal);
    since = performance.now();
  }
  return finishDigest(hash);
}

async function answerOf(worker: Worker, options: Cancel): Promise<Digest> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', () => reject(new SampanError('internal', 'the hashing thread ended early')));
  const answer = await promise.catch(error => {
    throwIfCancelled(options.signal);
    throw error;
  });
  if (answer.digest !== undefined) return parseDigest(answer.digest);
  const code = answer.code === 'denied' || answer.code === 'not-found' ? answer.code : 'integrity';
  throw new SampanError(code, answer.message ?? 'hashing failed');
}
