import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SampanError, systemCode, wrap } from '../errors/index.ts';
import { temporaryName } from './atomic.ts';
import { makeDirectories } from './directories.ts';
import { isMarkAlive, processMark } from './process-mark.ts';
import { throwIfCancelled } from './stream.ts';

/** How long to wait for another holder. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** 30 seconds unless told. */
  readonly timeoutMs?: number;
}

const POLL_MS = 25;

/**
 * Runs `work` while no other process, and nothing else in this one, holds the lock file `path`. A lock whose
 * process is gone is taken over. The file is removed at the end.
 *
 * @throws SampanError `timeout` naming the holder, `cancelled`, or what `work` throws.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const mine = `${processMark()}\n`;
  await acquire(path, mine, options);
  try {
    return await work();
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

async function acquire(path: string, mine: string, options: LockOptions): Promise<void> {
  const deadline = performance.now() + (options.timeoutMs ?? 30_000);
  for (;;) {
    throwIfCancelled(options.signal);
    if (await tryTake(path, mine)) return;
    const holder = await readFile(path, 'utf8').catch(() => undefined);
    if (holder !== undefined && !isMarkAlive(holder.trim())) await removeDead(path, holder);
    else if (performance.now() > deadline) throw held(path, holder);
    else
      await sleep(POLL_MS, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(
        () => undefined,
      );
  }
}

function held(path: string, holder: string | undefined): SampanError {
  const pid = holder?.split('-')[0] ?? 'unknown';
  return new SampanError('timeout', `${path}: still held by process ${pid}`, {
    remedy: `wait for process ${pid}, or end it`,
  });
}

/** A link to a file that is already whole: the lock is never seen empty. */
async function tryTake(path: string, mine: string): Promise<boolean> {
  const whole = join(dirname(path), temporaryName());
  try {
    makeDirectories(dirname(path));
    await writeFile(whole, mine, { flag: 'wx' });
    await link(whole, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw wrap(`locking ${path}`, error);
  } finally {
    await rm(whole, { force: true }).catch(() => undefined);
  }
}

/** Another process may have taken it over meanwhile; then what was moved away is put back. */
async function removeDead(path: string, holder: string): Promise<void> {
  const aside = join(dirname(path), temporaryName());
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== holder) await link(aside, path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'EEXIST')
      throw wrap(`locking ${path}`, error);
  } finally {
    await rm(aside, { force: true });
  }
}
