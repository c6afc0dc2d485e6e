import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { engineInfo } from '../../../core/docker/index.ts';
import { type Agent, runAgent } from '../../agent/index.ts';
import { type ApplyTools, applyModule } from '../../apply/index.ts';
import { readProject } from '../../compose/index.ts';
import { healthModule } from '../../health/index.ts';
import { monitorModule } from '../../monitor/index.ts';
import { currentOf, wantedOf } from '../../supervise/index.ts';
import { type Bench, openBench } from '../../supervise/testing/index.ts';
import { httpModule } from '../http.ts';

/** An agent on a real engine that keeps one project. */
export interface TestAgent extends AsyncDisposable {
  readonly bench: Bench;
  readonly agent: Agent;
  /** Of its API and page. */
  readonly url: string;
  readonly tokenPath: string;
  /** Writes another version of the project's file. */
  write(text: string): void;
}

/** Runs it until it is disposed, before the bench is cleared; a reason where there is no engine. */
export async function testAgent(t: TestContext, text: string): Promise<TestAgent | string> {
  const bench = await openBench(t);
  if (typeof bench === 'string') return bench;
  const directory = mkdtempSync(join(tmpdir(), 'sampan-agent-'));
  const file = join(bench.directory, 'compose.yaml');
  const write = (next: string): void => writeFileSync(file, next.replaceAll('IMAGE', bench.image));
  write(text);
  const ending = new AbortController();
  const ready = Promise.withResolvers<Agent>();
  const running = runAgent({
    modules: [
      { module: applyModule(toolsOf(bench, file)), settings: {} },
      { module: healthModule, settings: {} },
      { module: monitorModule, settings: { interval: 1 } },
      { module: httpModule({ socketPath: undefined }), settings: { listen: '127.0.0.1:0', token: true } },
    ],
    projects: [{ files: [file] }],
    directory,
    lockPath: join(directory, 'lock'),
    connect: async () => bench.docker,
    now: Date.now,
    monotonic: () => performance.now(),
    signal: ending.signal,
    ready: ready.resolve,
  });
  running.catch(ready.reject);
  const agent = await ready.promise;
  const told = agent.bus.recent().find(({ kind }) => kind === 'http.listening');
  return {
    bench,
    agent,
    url: String(told?.data.place),
    tokenPath: join(directory, 'http', 'token'),
    write,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await running;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function toolsOf({ docker, name }: Bench, file: string): ApplyTools {
  return {
    open: async () =>
      readProject([file], { files: machineFiles(), variables: () => undefined, home: '/root', name }),
    compare: async project => {
      const wanted = wantedOf(project, { machine: await engineInfo(docker) });
      return {
        wanted,
        current: await currentOf(docker, wanted),
        context: report => ({
          docker,
          wanted,
          signal: new AbortController().signal,
          fetchImage: async ({ reference }) => Promise.reject(new Error(`${reference} is not there`)),
          report,
          sleep: async ms => await new Promise(resolve => setTimeout(resolve, ms)),
          now: Date.now,
          monotonic: () => performance.now(),
        }),
      };
    },
  };
}

function machineFiles(): Parameters<typeof readProject>[1]['files'] {
  return { read: path => readFileSync(path, 'utf8'), real: path => path };
}
