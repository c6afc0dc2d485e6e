import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { SampanError } from '../../core/errors/index.ts';
import { bpfProgram, bpfReader, TEXT_BYTES } from './bpftrace.ts';
import { type Trace, type TraceBuilder, traceBuilder } from './model.ts';
import { addMapped, processesOf, unifiedGroup } from './processes.ts';
import { straceArguments, straceReader } from './strace.ts';

/** What is traced. */
export interface TraceTarget {
  /** Of the first process of the container, as this machine counts. */
  readonly pid: number;
  /** The ID of its image. */
  readonly image: string;
}

/** How it is traced. */
export interface TraceOptions {
  readonly seconds: number;
  /** Events a second that are looked at. */
  readonly perSecond: number;
  /** The best that works, unless told. */
  readonly tool?: 'bpftrace' | 'strace' | undefined;
  readonly signal: AbortSignal;
  /** It looks from now on. */
  readonly begun?: (tool: Trace['tool']) => void;
}

/**
 * Watches a container for a time: through eBPF where bpftrace works, otherwise with strace, which slows it down.
 *
 * @throws SampanError `unavailable` when neither works.
 */
export async function traceContainer(target: TraceTarget, options: TraceOptions): Promise<Trace> {
  const builder = traceBuilder();
  const pids = processesOf(target.pid);
  addMapped(pids, builder);
  const startMs = performance.now();
  const finish = (tool: Trace['tool']): Trace =>
    builder.build({ tool, image: target.image, durationMs: Math.round(performance.now() - startMs) });
  const failures: string[] = [];
  if (options.tool !== 'strace') {
    const failure = await withBpftrace(target, options, builder);
    if (failure === undefined) return finish('bpftrace');
    failures.push(failure);
  }
  if (options.tool !== 'bpftrace') {
    const failure = await withStrace(pids, options, builder);
    if (failure === undefined) return finish('strace');
    failures.push(failure);
  }
  options.signal.throwIfAborted();
  throw new SampanError('unavailable', `nothing here can trace: ${failures.join('; ')}`, {
    remedy: 'install bpftrace or strace, and run it as root',
  });
}

const TRACEFS = '/sys/kernel/tracing';

/** What kept it from working; nothing when it worked. */
async function withBpftrace(
  { pid }: TraceTarget,
  options: TraceOptions,
  builder: TraceBuilder,
): Promise<string | undefined> {
  const group = unifiedGroup(pid);
  if (group === undefined) return 'bpftrace: the container has no control group of version 2';
  const { seconds, perSecond } = options;
  const program = bpfProgram({ group: group.id, seconds, perSecond });
  const words = ['bpftrace', '-f', 'json', '-e', program];
  // Where the kernel's events are not mounted, they are for this one program alone.
  const isMounted = existsSync(`${TRACEFS}/events`) || existsSync('/sys/kernel/debug/tracing/events');
  const script = `mount -t tracefs tracefs ${TRACEFS} && exec "$@"`;
  const all = isMounted ? words : ['unshare', '--mount', 'sh', '-c', script, 'sh', ...words];
  let isReady = false;
  const read = bpfReader(builder, process.arch, () => {
    isReady = true;
    options.begun?.('bpftrace');
  });
  const failure = await runTool(all, {
    ...options,
    output: 'stdout',
    read,
    env: { BPFTRACE_STRLEN: String(TEXT_BYTES) },
  });
  return isReady ? undefined : `bpftrace: ${failure ?? 'it did not begin'}`;
}

async function withStrace(
  pids: readonly number[],
  options: TraceOptions,
  builder: TraceBuilder,
): Promise<string | undefined> {
  const reader = straceReader(builder);
  const budget = { left: options.perSecond, second: 0 };
  let seen = 0;
  const read = (line: string): void => {
    if (seen++ === 0) options.begun?.('strace');
    const second = Math.floor(performance.now() / 1000);
    if (second !== budget.second) Object.assign(budget, { second, left: options.perSecond });
    if (budget.left-- > 0) reader(line);
    else builder.dropped(1);
  };
  const failure = await runTool(['strace', ...straceArguments(pids)], {
    ...options,
    output: 'stderr',
    read,
    env: {},
  });
  return seen > 0 && failure === undefined
    ? undefined
    : failure === undefined
      ? undefined
      : `strace: ${failure}`;
}

const GRACE_MS = 3000;
const START_MS = 30_000;

interface Tool extends TraceOptions {
  readonly output: 'stdout' | 'stderr';
  readonly read: (line: string) => void;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a tool for its time; what went wrong, if anything did. */
async function runTool(words: readonly string[], tool: Tool): Promise<string | undefined> {
  const [program = '', ...rest] = words;
  const { signal, seconds, output } = tool;
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...tool.env },
  });
  const stop = (): void => void child.kill('SIGINT');
  const most = output === 'stdout' ? seconds * 1000 + START_MS : seconds * 1000;
  const timers = [setTimeout(stop, most), setTimeout(() => child.kill('SIGKILL'), most + GRACE_MS)];
  signal.addEventListener('abort', stop, { once: true });
  let said = '';
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  child.on('error', error => resolve(error.message));
  createInterface({ input: child[output] }).on('line', line => {
    if (/^strace: /.test(line)) said = line.slice('strace: '.length);
    else tool.read(line);
  });
  child[output === 'stdout' ? 'stderr' : 'stdout'].on('data', chunk => {
    said = `${said}${chunk}`.slice(-500);
  });
  child.on('close', (code, killed) =>
    resolve(code === 0 || killed === 'SIGINT' || code === 130 ? undefined : said.trim()),
  );
  try {
    return await promise;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
