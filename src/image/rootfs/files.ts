import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { SampanError, wrap } from '../../core/errors/index.ts';
import type { Cancel } from '../../core/store/index.ts';
import type { FileTask, WorkerMessage, WorkerSetup } from './task.ts';
import { writeFile } from './write.ts';

const BATCH_FILES = 256;
const BATCH_BYTES = 16 << 20;
const MAX_WORKERS = 4;

/** The workers run the same kind of file as this one: sources here, built JavaScript when published. */
const WORKER = new URL(`./worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

/** A worker holds a batch of tasks and a buffer; without limits each takes tens of megabytes more. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

/** So few are written before a worker has even started. */
const FEW_FILES = 1500;
const FEW_BYTES = 32 << 20;

/** How to write files. */
export interface WriteOptions extends Cancel {
  /** Called when others have all the work, if others do it: this thread has time then. It must not throw. */
  readonly meanwhile?: () => void;
}

/** Writes many files, at once in worker threads where that pays. The directories must be there. */
export async function writeFiles(
  tasks: readonly FileTask[],
  setup: WorkerSetup,
  options: WriteOptions = {},
): Promise<void> {
  if (options.signal?.aborted === true) throw interrupted();
  const bytes = tasks.reduce((sum, task) => sum + bytesToWrite(task), 0);
  if (tasks.length <= FEW_FILES && bytes <= FEW_BYTES) writeHere(tasks, setup);
  else await writeInWorkers(tasks, setup, options);
}

function writeHere(tasks: readonly FileTask[], setup: WorkerSetup): void {
  for (const task of tasks) {
    try {
      writeFile(task, setup);
    } catch (error) {
      throw wrap(`unpacking ${task.path}`, error);
    }
  }
}

async function writeInWorkers(
  tasks: readonly FileTask[],
  setup: WorkerSetup,
  options: WriteOptions,
): Promise<void> {
  const batches = batch(tasks);
  const count = Math.min(MAX_WORKERS, availableParallelism(), batches.length);
  const stop = Promise.withResolvers<never>();
  stop.promise.catch(() => {});
  const abort = (): void => stop.reject(interrupted());
  options.signal?.addEventListener('abort', abort, { once: true });
  const workers = Array.from({ length: count }, () => startWorker(setup));
  try {
    // Each gets all of its work at once: this thread has other things to do meanwhile.
    const shares = workers.map((worker, i) =>
      finish(
        worker,
        batches.filter((_, n) => n % count === i),
      ),
    );
    options.meanwhile?.();
    await Promise.race([Promise.all(shares), stop.promise]);
  } finally {
    options.signal?.removeEventListener('abort', abort);
    await Promise.all(workers.map(worker => worker.terminate()));
  }
}

function startWorker(setup: WorkerSetup): Worker {
  return new Worker(WORKER, { workerData: setup, resourceLimits: WORKER_LIMITS });
}

function interrupted(): SampanError {
  return new SampanError('cancelled', 'unpacking was interrupted');
}

function finish(worker: Worker, batches: readonly FileTask[][]): Promise<void> {
  let left = batches.length;
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: WorkerMessage) => {
      left -= 1;
      if (message.kind === 'failed') {
        const cause = Object.assign(new Error(message.message), { code: message.code });
        reject(wrap(`unpacking ${message.path}`, cause));
      } else if (left === 0) resolve();
    });
    for (const each of batches) worker.postMessage(each);
  });
}

function batch(tasks: readonly FileTask[]): FileTask[][] {
  const batches: FileTask[][] = [];
  let files: FileTask[] = [];
  let bytes = 0;
  for (const task of tasks) {
    files.push(task);
    bytes += bytesToWrite(task);
    if (files.length < BATCH_FILES && bytes < BATCH_BYTES) continue;
    batches.push(files);
    files = [];
    bytes = 0;
  }
  if (files.length > 0) batches.push(files);
  return batches;
}

function bytesToWrite(task: FileTask): number {
  return task.pieces.reduce((sum, piece) => sum + (piece.kind === 'zeros' ? 0 : piece.size), 0);
}
