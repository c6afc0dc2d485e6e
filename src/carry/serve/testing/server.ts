import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  DEFAULT_LIMITS,
  type RequestRecord,
  type RunningRegistry,
  type ServeOptions,
  startRegistry,
} from '../server/index.ts';
import { type Ask, askAt } from './client.ts';

/** A registry of a test. */
export interface TestRegistry {
  readonly registry: RunningRegistry;
  readonly port: number;
  readonly directory: string;
  readonly ask: Ask;
  readonly records: readonly RequestRecord[];
}

/** A directory that goes with the test. */
export function testDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-serve-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts a registry on a free port of this machine, which ends with the test. */
export async function serveForTest(
  t: TestContext,
  options: Partial<ServeOptions> = {},
): Promise<TestRegistry> {
  const directory = options.directory ?? testDirectory(t);
  const records: RequestRecord[] = [];
  const registry = await startRegistry({
    directory,
    listen: { host: '127.0.0.1', port: 0 },
    isReadOnly: false,
    limits: DEFAULT_LIMITS,
    collecting: { graceMs: 3_600_000 },
    now: Date.now,
    record: record => records.push(record),
    ...options,
  });
  t.after(async () => await registry.stop());
  const { port } = registry.address;
  return { registry, port, directory, ask: askAt(port), records };
}
