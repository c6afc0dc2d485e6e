import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DEFAULT_LIMITS, startRegistry } from '../../src/carry/serve/index.ts';
import { type Ask, askAt } from '../../src/carry/serve/testing/index.ts';
import { askMortal, change, holds, isDone, prepare, startServer } from './testing/index.ts';

/** Every system call that changes a file or a directory, and those that make it last. strace counts each by itself. */
const WRITES = [
  'pwrite64',
  'fsync',
  'rename',
  'mkdir',
  'unlink',
  'unlinkat',
  'rmdir',
  'ftruncate',
  'link',
  'utimensat',
];
/** Those of them that a full disk fails. */
const GROWING = ['pwrite64', 'fsync', 'mkdir', 'rename', 'link'];
const AT_ONCE = 2;

const directory = mkdtempSync(join(tmpdir(), 'sampan-serve-interrupted-'));
const prepared = join(directory, 'prepared');
const cannot =
  spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0
    ? false
    : 'strace is not installed, or may not trace';

before(async () => await serving(prepared, prepare));
after(() => rmSync(directory, { recursive: true, force: true }));

/** Serves a directory within this process. */
async function serving(at: string, work: (ask: Ask) => Promise<void>, graceMs = 3_600_000): Promise<void> {
  const registry = await startRegistry({
    directory: at,
    listen: { host: '127.0.0.1', port: 0 },
    isReadOnly: false,
    limits: { ...DEFAULT_LIMITS, uploadMs: graceMs },
    collecting: { graceMs },
    now: Date.now,
    record: () => {},
  });
  try {
    await work(askAt(registry.address.port));
    if (graceMs === 0) await registry.collect();
  } finally {
    await registry.stop();
  }
}

/**
 * One thread does all that touches files, so that the same call is always the same number. Without --seccomp-bpf: strace 6.1 injects
 * no signals with it.
 */
function straced(
  call: string,
  how: string,
): { readonly under: string[]; readonly env: Record<string, string> } {
  const quiet = ['strace', '-f', '-qq', '-o', '/dev/null'];
  return {
    under: [...quiet, '-e', `trace=${call}`, '-e', `inject=${call}:${how}`],
    env: { UV_THREADPOOL_SIZE: '1' },
  };
}

/** Tries each call with 1, 2, … until nothing was left to interrupt. Returns how many there were. */
async function untilNothingIsLeft(
  calls: readonly string[],
  once: (call: string, n: number) => Promise<boolean>,
): Promise<number> {
  const waiting = [...calls];
  let interrupted = 0;
  const lane = async (): Promise<void> => {
    for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) {
      for (let n = 1; await once(call, n); n++) interrupted += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return interrupted;
}

async function killedAt(call: string, n: number): Promise<boolean> {
  const copy = join(directory, `killed-${call}-${n}`);
  cpSync(prepared, copy, { recursive: true });
  const server = await startServer({ directory: copy, ...straced(call, `signal=SIGKILL:when=${n}`) });
  if (server.port !== undefined) await change(askMortal(server.port));
  await server.stop();
  // Asked to end it ends well: it was not killed.
  const wasKilled = server.child.exitCode !== 0;
  await serving(copy, async ask => {
    await holds(ask);
    await isChanged(await change(ask), `${call} ${n}`);
    await isDone(ask);
  });
  await serving(copy, isDone, 0);
  deepEqual(leftovers(copy), [], `after the kill at ${call} ${n}`);
  rmSync(copy, { recursive: true });
  return wasKilled;
}

/** The last is the deletion of what may be gone already. */
async function isChanged(statuses: readonly number[], when: string): Promise<void> {
  const pushed = statuses.slice(0, -1).every(status => status >= 200 && status < 300);
  ok(pushed && [202, 404].includes(statuses.at(-1) ?? 0), `${when}: ${statuses}`);
}

function leftovers(at: string): readonly string[] {
  const all = readdirSync(at, { recursive: true, encoding: 'utf8' });
  return all.filter(name => /\.part$/.test(name) || /^uploads\/./.test(name));
}

test('a server that is killed at any write leaves everything whole, and the next one goes on', {
  skip: cannot,
}, async t => {
  const writes = await untilNothingIsLeft(WRITES, killedAt);
  t.diagnostic(`killed at each of ${writes} writes`);
  ok(writes > 40, `${writes}`);
});

async function fullAt(call: string, n: number): Promise<'not reached' | 'unharmed' | 'told'> {
  const copy = join(directory, `full-${call}-${n}`);
  cpSync(prepared, copy, { recursive: true });
  const log = join(directory, `full-${call}-${n}.log`);
  const { under, env } = straced(call, `error=ENOSPC:when=${n}`);
  const server = await startServer({
    directory: copy,
    under: under.map(word => (word === '/dev/null' ? log : word)),
    env,
  });
  try {
    // Full at its start it does not start, and says why.
    if (server.port === undefined) ok(/ENOSPC|no space/.test(server.said()), server.said());
    if (server.port === undefined) return 'told';
    const ask = askAt(server.port);
    const statuses = await change(ask);
    await holds(ask);
    // It may have been the second run that found the disk full.
    const again = await change(ask);
    await isChanged(again.includes(507) ? await change(ask) : again, `${call} ${n}`);
    await isDone(ask);
    if (again.includes(507)) return 'told';
    if (statuses.includes(507)) return 'told';
    equal(
      statuses.find(status => status >= 500),
      undefined,
      `${call} ${n}: ${statuses}`,
    );
    return /INJECTED/.test(readFileSync(log, 'utf8')) ? 'unharmed' : 'not reached';
  } finally {
    await server.stop();
    rmSync(copy, { recursive: true });
  }
}

test('a disk that is full at any write is told, and the same server goes on when there is space again', {
  skip: cannot,
}, async t => {
  let told = 0;
  const writes = await untilNothingIsLeft(GROWING, async (call, n) => {
    const outcome = await fullAt(call, n);
    told += outcome === 'told' ? 1 : 0;
    return outcome !== 'not reached';
  });
  t.diagnostic(`full at each of ${writes} writes, told at ${told}`);
  ok(told > 20, `${told}`);
});
