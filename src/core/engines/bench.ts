import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Container,
  type Engine,
  hostArchitecture,
  type RunSpec,
  type StartOptions,
} from '../engine/index.ts';
import { BUSYBOX, makeTestRoot } from './test-root.ts';

/** What an engine is tested with. */
export interface Subject {
  readonly name: string;
  /** The engine, or the reason why it cannot be tested here. */
  open(base: string): Promise<Engine | string>;
  /** The names of what is left of a run outside its work directory: containers, images. */
  remains(id: string): Promise<readonly string[]>;
}

/** A test's way to run things. */
export interface Bench {
  /** Starts on a root file system of its own; all is disposed after the suite. */
  start(spec: Partial<RunSpec>, options?: StartOptions): Promise<Container>;
  /** Runs a shell script to its end; returns what it printed. */
  shell(script: string, spec?: Partial<RunSpec>): Promise<string>;
  readonly rootfs: string;
  readonly base: string;
}

/** Gives a test its bench, or skips it aloud. */
export type OpenBench = (t: { skip(reason: string): void }) => Bench | undefined;

/** Opens a subject for a suite; each test begins with `bench(t)`, which skips aloud where it cannot run. */
export function benchFor(subject: Subject): OpenBench {
  const started: Container[] = [];
  let root: ReturnType<typeof makeTestRoot> | undefined;
  let base = '';
  let engine: Engine | string = 'there is no busybox';
  before(async () => {
    if (BUSYBOX === undefined) return;
    root = makeTestRoot();
    base = mkdtempSync(join(tmpdir(), 'sampan-base-'));
    engine = await subject.open(base);
  });
  after(async () => {
    for (const container of started) await container[Symbol.asyncDispose]();
    root?.[Symbol.dispose]();
    rmSync(base, { recursive: true, force: true });
  });
  return t => {
    if (typeof engine === 'string') {
      t.skip(`${subject.name}: ${engine}`);
      return undefined;
    }
    return makeBench(engine, { rootfs: root?.path ?? '', base, started });
  };
}

function makeBench(
  engine: Engine,
  parts: { readonly rootfs: string; readonly base: string; readonly started: Container[] },
): Bench {
  const { rootfs, base, started } = parts;
  const architecture = hostArchitecture();
  const plain = { rootfs, env: [], workingDirectory: '/', user: '', args: ['true'], architecture };
  const start = async (spec: Partial<RunSpec>, options: StartOptions = {}) => {
    const container = await engine.start({ ...plain, ...spec }, options);
    started.push(container);
    return container;
  };
  const shell = async (script: string, spec: Partial<RunSpec> = {}) => {
    await using container = await start({ ...spec, args: ['sh', '-c', script] });
    await container.wait();
    const output = await container.output();
    return output.stdout + output.stderr;
  };
  return { start, shell, rootfs, base };
}

/** Resolves when a container has printed a text. */
export async function printed(container: Container, text: string): Promise<void> {
  for (let round = 0; round < 1000; round++) {
    if ((await container.output()).stdout.includes(text)) return;
    await sleep(10);
  }
  assert.fail(`it never printed ${text}`);
}
