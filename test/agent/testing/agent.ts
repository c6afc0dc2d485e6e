import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentEvent } from '../../../src/run/module/index.ts';

/** An agent in a process of its own. */
export interface AgentProcess {
  readonly child: ChildProcess;
  events(): readonly AgentEvent[];
  /** Waits until it has told something. */
  told(fits: (event: AgentEvent) => boolean): Promise<void>;
  /** What its API answers, if it has one. */
  get(path: string): Promise<{ readonly status: number; readonly body: string }>;
  /** Ends it, and waits for its end. Returns its exit status, null after a signal. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** How to start one. */
export interface AgentOptions {
  /** The built command line. */
  readonly main: string;
  /** Where its settings, state and socket are. */
  readonly directory: string;
  /** The engine, as `DOCKER_HOST` names it. */
  readonly host: string;
  /** `modules` of its settings, as YAML. */
  readonly modules: string;
  readonly composeFile: string;
  /** Words before the program: what it runs under. */
  readonly under?: readonly string[];
}

const WORDS = ['agent', 'run', '--json', '--settings'];

/** Starts it. */
export function agentProcess(options: AgentOptions): AgentProcess {
  const { main, directory, host, modules, composeFile, under = [] } = options;
  const settings = join(directory, 'agent.yaml');
  writeFileSync(settings, `projects: [${composeFile}]\nmodules: ${modules}\n`);
  // One thread does all that touches files, so that the same call is always the same number.
  const env = { ...process.env, DOCKER_HOST: host, XDG_DATA_HOME: directory, UV_THREADPOOL_SIZE: '1' };
  const [program = '', ...words] = [...under, process.execPath, main, ...WORDS, settings];
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], env });
  const events: AgentEvent[] = [];
  const others: string[] = [];
  createInterface({ input: child.stderr }).on('line', line => {
    if (line.startsWith('{')) events.push(JSON.parse(line));
    else others.push(line);
  });
  return {
    child,
    events: () => events,
    told: async fits => {
      for (const end = Date.now() + 120_000; Date.now() < end; await sleep(50)) {
        if (events.some(fits)) return;
        if (child.exitCode !== null) break;
      }
      throw new Error(`it told only ${JSON.stringify(events.slice(-20))} ${others.join('\n')}`);
    },
    get: async path => {
      const outgoing = request({ socketPath: join(directory, 'agent.sock'), path });
      const answered = once(outgoing, 'response');
      outgoing.end();
      const [incoming] = await answered;
      return { status: incoming.statusCode, body: await text(incoming) };
    },
    end: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const closed = once(child, 'close');
      child.kill(signal);
      await closed;
      return child.exitCode;
    },
  };
}
