import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { SampanError, wrap } from '../../core/errors/index.ts';
import type { Cancel } from '../../core/store/index.ts';
import type { FileTask, WorkerMessage, WorkerSetup } from './task.ts';

const BATCH_FILES = 256;
const BATCH_BYTES = 16 << 20;
const MAX_WORKERS = 4;

/** The workers run the same kind of file as this one: sources here, built JavaScript when published. */
const WORKER = new URL(`./worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

/** A worker holds a batch of tasks and a buffer; without limits each takes tens of megabytes more. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

/** Writes many files at once, in worker threads. The directories must be there. */
export async function writeFiles(
  tasks: readonly FileTask[],
  setup: WorkerSetup,
  options: Cancel = {},
): Promise<void> {
  const batches = batch(tasks);
  const next = batches[Symbol.iterator]();
  const count = Math.min(MAX_WORKERS, availableParallelism(), Math.ceil(tasks.length / BATCH_FILES));
  const workers = Array.from(
    { length: count },
    () => new Worker(WORKER, { workerData: setup, resourceLimits: WORKER_LIMITS }),
  );
  const stop = Promise.withResolvers<never>();
  stop.promise.catch(() => {});
  const abort = (): void => stop.reject(new SampanError('cancelled', 'unpacking was interrupted'));
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    options.signal?.throwIfAborted();
    await Promise.race([Promise.all(workers.map(worker => feed(worker, next))), stop.promise]);
  } finally {
    options.signal?.removeEventListener('abort', abort);
    await Promise.all(workers.map(worker => worker.terminate()));
  }
}

/** Gives a worker one batch after the other, until there are none. */
function feed(worker: Worker, next: Iterator<FileTask[]>): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'failed') {
        const cause = Object.assign(new Error(message.message), { code: message.code });
        reject(wrap(`unpacking ${message.path}`, cause));
        return;
      }
      const { value, done } = next.next();
      if (done === true) resolve();
      else worker.postMessage(value);
    });
  });
}

function* batch(tasks: readonly FileTask[]): Generator<FileTask[], void, undefined> {
  let files: FileTask[] = [];
  let bytes = 0;
  for (const task of tasks) {
    files.push(task);
    bytes += task.size;
    if (files.length < BATCH_FILES && bytes < BATCH_BYTES) continue;
    yield files;
    files = [];
    bytes = 0;
  }
  if (files.length > 0) yield files;
}
