import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createExec, startExec } from '../../../core/docker/index.ts';
import { type AgentEvent, type AgentHost, openBus } from '../../module/index.ts';
import { currentOf, execute, planOf, projectContainers, type ServiceOutcome } from '../../supervise/index.ts';
import { type Bench, openBench } from '../../supervise/testing/index.ts';
import { openCatalogue } from '../catalogue/index.ts';
import { grantDevices } from '../grant/index.ts';
import { keepStarted } from '../keep/index.ts';
import { awaited } from '../select/index.ts';
import { type Machine, makeMachine } from './machine.ts';

/** A project on a real engine, on a machine whose devices come and go as a test says. */
export interface Site {
  readonly bench: Bench;
  readonly machine: Machine;
  readonly host: AgentHost;
  readonly warnings: readonly string[];
  /** Reads, plans and does; `created` is called when a container is made and not yet started. */
  up(text: string, created?: () => void): Promise<readonly ServiceOutcome[]>;
  /** Runs a command in the first container of the project. */
  inside(...args: readonly string[]): Promise<string>;
  /** Waits for something inside. @throws Error with what was there instead. */
  until(args: readonly string[], fits: (text: string) => boolean): Promise<void>;
  events(): readonly AgentEvent[];
}

/** Opens it; a reason where that cannot be. */
export async function openSite(t: Pick<TestContext, 'after'>): Promise<Site | string> {
  if (process.geteuid?.() !== 0) return 'only root makes device nodes';
  const bench = await openBench(t);
  if (typeof bench === 'string') return bench;
  const machine = makeMachine(makeNode);
  const directory = mkdtempSync(join(tmpdir(), 'sampan-site-'));
  const ending = new AbortController();
  t.after(() => {
    ending.abort();
    machine[Symbol.dispose]();
    rmSync(directory, { recursive: true, force: true });
  });
  return siteOf({ bench, machine, directory, ending });
}

interface Parts {
  readonly bench: Bench;
  readonly machine: Machine;
  readonly directory: string;
  readonly ending: AbortController;
}

function siteOf({ bench, machine, directory, ending }: Parts): Site {
  const warnings: string[] = [];
  const host = hostOf({ bench, machine, directory, ending });
  const inside: Site['inside'] = async (...args) => {
    const [one] = await projectContainers(bench.docker, bench.name);
    let text = '';
    for await (const { bytes } of startExec(
      bench.docker,
      await createExec(bench.docker, one?.id ?? '', { args }),
    ))
      text += Buffer.from(bytes).toString();
    return text.trim();
  };
  return {
    bench,
    machine,
    host,
    warnings,
    inside,
    events: () => host.bus.recent(),
    up: async (text, created = () => {}) =>
      await up(text, { bench, machine, directory, ending, warnings, created }),
    until: async (args, fits) => {
      let text = '';
      for (let tries = 0; tries < 150; tries++) {
        text = await inside(...args).catch(String);
        if (fits(text)) return;
        await sleep(50);
      }
      throw new Error(`${args.join(' ')}: ${text}; ${JSON.stringify(host.bus.recent())}`);
    },
  };
}

async function up(
  text: string,
  {
    bench,
    machine,
    directory,
    ending,
    warnings,
    created,
  }: Parts & { readonly warnings: string[]; readonly created: () => void },
): Promise<readonly ServiceOutcome[]> {
  const catalogue = openCatalogue(machine.roots);
  const wanted = await bench.wanted(text, {
    waitsFor: ({ written }) => awaited(written['x-sampan']?.devices ?? [], catalogue.read()),
    editsOf: ({ name, written }) => {
      const selectors = written['x-sampan']?.devices ?? [];
      const graceMs = written.stop_grace_period;
      return grantDevices(
        { project: bench.name, service: name, selectors, makesNodes: false, graceMs },
        {
          devices: catalogue.read(),
          roots: machine.roots,
          directory: join(directory, name),
          warn: line => warnings.push(line),
        },
      );
    },
  });
  return await execute(planOf(wanted, await currentOf(bench.docker, wanted)), {
    docker: bench.docker,
    wanted,
    signal: ending.signal,
    fetchImage: async () => {},
    report: ({ kind }) => {
      if (kind === 'created') created();
    },
    started: async (service, { id, name, pid }) => {
      const devices = catalogue.read();
      keepStarted({ id, name, pid }, { directory: join(directory, service), devices });
    },
    sleep: async (ms, signal) => await sleep(ms, undefined, { signal }),
    now: Date.now,
    monotonic: () => performance.now(),
  });
}

function hostOf({ bench, machine, ending }: Parts): AgentHost {
  const files = new Map<string, Uint8Array>();
  return {
    docker: async () => bench.docker,
    bus: openBus(Date.now),
    signal: ending.signal,
    now: Date.now,
    monotonic: () => performance.now(),
    sleep: async ms => await sleep(ms, undefined, { signal: ending.signal }),
    state: {
      read: async name => files.get(name),
      write: async (name, bytes) => files.set(name, bytes) === files,
      directory: '',
      wear: () => ({ totalBytes: 0, bytesPerDay: 0 }),
    },
    settings: { sys: machine.roots.sys, dev: machine.roots.dev },
    projects: [],
    modules: () => new Map(),
  };
}

/** Real nodes, so that the kernel says what a container may open. */
function makeNode(
  path: string,
  { numbers, type = 'c' }: { readonly numbers: string; readonly type?: string },
): void {
  const { status } = spawnSync('mknod', ['-m', '0660', path, type, ...numbers.split(':')]);
  if (status !== 0) writeFileSync(path, '');
}
