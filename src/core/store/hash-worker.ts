import { parentPort, workerData } from 'node:worker_threads';
import { digestContent } from '../bytes/index.ts';
import { isSampanError } from '../errors/index.ts';

// The other side is hashing.ts alone; it hands over a Content and gets one message.
try {
  parentPort?.postMessage({ digest: digestContent(workerData) });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  parentPort?.postMessage({ code: isSampanError(error) ? error.code : 'internal', message });
}
