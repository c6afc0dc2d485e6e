import { Worker } from 'node:worker_threads';
import { type Content, type Digest, parseDigest, throwIfCancelled } from '../bytes/index.ts';
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

/**
 * The digest of content, computed in a thread of its own: the caller's goes on meanwhile.
 *
 * @throws SampanError `integrity` when a file is shorter than its piece, `cancelled`, or the system's error.
 */
export async function digestInThread(content: Content, options: Cancel = {}): Promise<Digest> {
  throwIfCancelled(options.signal);
  const worker = new Worker(SCRIPT, { workerData: content });
  const stop = (): void => void worker.terminate();
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    return await answerOf(worker, options);
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
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
