import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  lockOf,
  type RequestRecord,
  type RunningRegistry,
  type ServeOptions,
  startRegistry,
} from '../../carry/serve/index.ts';
import { wrap } from '../../core/errors/index.ts';
import { withLock } from '../../core/store/index.ts';
import type { Context } from '../context/index.ts';
import { placesOf } from '../image/index.ts';
import { keepHeapSmall } from '../memory/index.ts';
import { openMirrors } from './mirrors.ts';
import { type Doors, openDoors } from './protection.ts';
import type { ServeValues } from './values.ts';

const LOCK_MS = 2000;

/** Serves until the process is told to stop. */
export async function serveRegistry(context: Context, values: ServeValues): Promise<void> {
  // What requests make is short-lived: a small nursery keeps 50 pulls and 20 pushes at once under 200 MB.
  keepHeapSmall();
  const doors = await openDoors(context, values);
  const directory =
    values.store === undefined
      ? join(placesOf(context).data, 'registry')
      : resolve(context.cwd, values.store);
  await mkdir(directory, { recursive: true }).catch(error => {
    throw wrap(`making ${directory}`, error);
  });
  const mirror = await openMirrors(context, values);
  const options = { ...optionsOf(context, values, { doors, directory }), mirror };
  const serve = async (): Promise<void> => {
    const registry = await startRegistry(options);
    announce(context, { registry, directory, isSecure: doors.tls !== undefined });
    await untilStopped(context, registry);
  };
  await withLock(lockOf(directory), serve, { timeoutMs: LOCK_MS, signal: context.signal });
}

function optionsOf(
  context: Context,
  values: ServeValues,
  where: { readonly doors: Doors; readonly directory: string },
): ServeOptions {
  return {
    ...where.doors,
    directory: where.directory,
    isReadOnly: values.readOnly,
    limits: {
      maxBlobBytes: values.maxBlob,
      maxUploads: values.maxUploads,
      maxConnections: values.maxConnections,
      idleMs: values.idleTimeout,
      minRate: values.minRate,
      uploadMs: values.uploadTimeout,
      graceMs: values.stopTimeout,
    },
    collecting: {
      everyMs: values.gcInterval === 0 ? undefined : values.gcInterval,
      graceMs: values.gcGrace,
      untaggedMs: values.gcUntagged,
    },
    now: context.now,
    record: recordTo(context, values),
  };
}

function recordTo(context: Context, values: ServeValues): (record: RequestRecord) => void {
  return record => {
    const { time, ...rest } = record;
    const line = `${JSON.stringify({ time: new Date(time).toISOString(), ...rest })}\n`;
    if (values.accessLog) context.stdout.write(line);
    else if (record.error !== undefined && !context.quiet) context.stderr.write(line);
  };
}

function announce(
  context: Context,
  what: { readonly registry: RunningRegistry; readonly directory: string; readonly isSecure: boolean },
): void {
  if (context.quiet) return;
  const { host, port } = what.registry.address;
  const name = host.includes(':') ? `[${host}]` : host;
  context.stderr.write(
    `serving ${what.directory} at ${what.isSecure ? 'https' : 'http'}://${name}:${port}\n`,
  );
}

async function untilStopped(context: Context, registry: RunningRegistry): Promise<void> {
  const collect = (): void => void registry.collect();
  process.on('SIGUSR2', collect);
  try {
    if (!context.signal.aborted) await once(context.signal, 'abort');
    if (!context.quiet) context.stderr.write('stopping: pulls and pushes under way may end\n');
  } finally {
    await registry.stop();
    process.off('SIGUSR2', collect);
  }
}
