import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { readSmall } from '../catalogue/index.ts';
import type { Roots } from '../model/index.ts';

/** How changes are watched for. */
export interface WatchOptions {
  readonly roots: Roots;
  /** Called after something changed, never while it runs itself; also some times later, when udev is done. */
  readonly changed: () => void;
  /** How often the kernel is asked for its count of events. */
  readonly pollMs?: number;
  /** How long more is waited for after the first sign: what comes in numbers is looked at once. */
  readonly settleMs?: number;
}

const POLL_MS = 200;
const SETTLE_MS = 30;
/** Looking never takes more than a part of the time, however fast things change. */
const BETWEEN_MS = 100;
/** udev gives modes, owners and links after the kernel's event, which it does not count. */
const LATER_MS = [300, 1500];
const MAX_WATCHED = 64;
const NOISE_PER_POLL = 20;
const SKIPPED = /^(pts|shm|mqueue|hugepages|char|block|cpu|fd|mapper|net|vfio)$/;

/**
 * Watches for devices that come and go: names that appear in `/dev`, and the count of the kernel's events, which costs
 * one small read. However many events there are, `changed` is called some ten times a second at most.
 */
export function watchDevices(options: WatchOptions): Disposable {
  const { roots, changed, pollMs = POLL_MS, settleMs = SETTLE_MS } = options;
  const timers = new Set<NodeJS.Timeout>();
  let pending = false;
  let lastMs = 0;
  const after = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timer.unref();
    timers.add(timer);
  };
  const look = (): void => {
    pending = false;
    names.renew();
    changed();
    lastMs = performance.now();
  };
  const wake = (): void => {
    if (pending) return;
    pending = true;
    after(Math.max(settleMs, BETWEEN_MS - (performance.now() - lastMs)), look);
  };
  let laterAt = 0;
  const sign = (): void => {
    wake();
    // Once for a burst, and not for each of its events.
    if (performance.now() < laterAt) return;
    laterAt = performance.now() + (LATER_MS[0] ?? 0);
    for (const ms of LATER_MS) after(ms, wake);
  };
  const names = watchNames(roots.dev, sign);
  const path = join(roots.sys, 'kernel/uevent_seqnum');
  let seen = readSmall(path);
  const poll = setInterval(() => {
    const now = readSmall(path);
    if (now !== seen) sign();
    seen = now;
    names.calm();
  }, pollMs);
  poll.unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(poll);
      for (const timer of timers) clearTimeout(timer);
      names.close();
    },
  };
}

interface Names {
  /** Watches directories that are new. */
  renew(): void;
  /** Stops watching what is too loud: on some kernels each write to a device is told. */
  calm(): void;
  close(): void;
}

function watchNames(dev: string, sign: () => void): Names {
  const watchers = new Map<string, FSWatcher>();
  let isLoud = false;
  let noise = 0;
  const close = (): void => {
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  };
  const renew = (): void => {
    if (isLoud) return;
    const directories = directoriesOf(dev);
    for (const [path, watcher] of watchers)
      if (!directories.includes(path)) {
        watcher.close();
        watchers.delete(path);
      }
    for (const path of directories) {
      if (watchers.has(path)) continue;
      try {
        const watcher = watch(path, { persistent: false }, event => {
          noise++;
          if (event === 'rename') sign();
        });
        // Without it the count of the kernel is enough.
        watcher.on('error', () => {});
        watchers.set(path, watcher);
      } catch {
        return;
      }
    }
  };
  renew();
  return {
    renew,
    calm: () => {
      if (noise > NOISE_PER_POLL * watchers.size && watchers.size > 0) {
        isLoud = true;
        close();
      }
      noise = 0;
    },
    close,
  };
}

function directoriesOf(dev: string): readonly string[] {
  const found = [dev];
  for (let at = 0; at < found.length && found.length < MAX_WATCHED; at++) {
    const directory = found[at] ?? dev;
    try {
      for (const entry of readdirSync(directory, { withFileTypes: true }))
        if (entry.isDirectory() && !SKIPPED.test(entry.name)) found.push(join(directory, entry.name));
    } catch {
      // It went.
    }
  }
  return found.slice(0, MAX_WATCHED);
}
