import { deepEqual, equal, ok } from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DEFAULT_LIMITS, startRegistry } from '../../src/carry/serve/index.ts';
import { type Ask, askAt } from '../../src/carry/serve/testing/index.ts';
import {
  type BuiltApp,
  builtApp,
  cannotTrace,
  GROWING,
  type Moment,
  straced,
  untilNothingIsLeft,
  WRITES,
} from '../testing/index.ts';
import {
  askMortal,
  change,
  holds,
  isDone,
  prepare,
  type ServerProcess,
  startServer,
} from './testing/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'sampan-serve-interrupted-'));
const prepared = join(directory, 'prepared');
const cannot = cannotTrace();
let app: BuiltApp | undefined;

before(async () => {
  app = await builtApp(['serve']);
  await serving(prepared, prepare);
});
after(() => {
  app?.[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

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

/** Starts a server to which something happens at a moment. */
async function mortalServer(at: string, under: readonly string[]): Promise<ServerProcess> {
  // One thread does all that touches files, so that the same call is always the same number.
  return await startServer({ directory: at, under, main: app?.main, env: { UV_THREADPOOL_SIZE: '1' } });
}

async function killedAt({ call, n }: Moment): Promise<boolean> {
  const copy = join(directory, `killed-${call}-${n}`);
  cpSync(prepared, copy, { recursive: true });
  const server = await mortalServer(copy, straced({ call, n }, { effect: 'signal=SIGKILL' }));
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

async function fullAt({ call, n }: Moment): Promise<'not reached' | 'unharmed' | 'told'> {
  const copy = join(directory, `full-${call}-${n}`);
  cpSync(prepared, copy, { recursive: true });
  const log = join(directory, `full-${call}-${n}.log`);
  const server = await mortalServer(copy, straced({ call, n }, { effect: 'error=ENOSPC', log }));
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
  const writes = await untilNothingIsLeft(GROWING, async moment => {
    const outcome = await fullAt(moment);
    told += outcome === 'told' ? 1 : 0;
    return outcome !== 'not reached';
  });
  t.diagnostic(`full at each of ${writes} writes, told at ${told}`);
  ok(told > 20, `${told}`);
});
