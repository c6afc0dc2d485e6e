import { parentPort, workerData } from 'node:worker_threads';
import { systemCode } from '../../core/errors/index.ts';
import type { FileTask, WorkerMessage, WorkerSetup } from './task.ts';
import { writeFile } from './write.ts';

const setup: WorkerSetup = workerData;

function say(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

parentPort?.on('message', (tasks: readonly FileTask[]) => {
  for (const task of tasks) {
    try {
      writeFile(task, setup);
    } catch (error) {
      say({ kind: 'failed', path: task.path, code: systemCode(error), message: messageOf(error) });
      return;
    }
  }
  say({ kind: 'written' });
});
