/** What a container did while it was traced. */
export interface Trace {
  readonly tool: 'bpftrace' | 'strace';
  readonly durationMs: number;
  /** Of the image's configuration. */
  readonly image: string;
  /** As they were named: absolute, in the container; with how often. */
  readonly opened: ReadonlyMap<string, number>;
  /** Paths that were asked for and are not there. */
  readonly missing: ReadonlySet<string>;
  /** Programs. */
  readonly started: ReadonlyMap<string, number>;
  /** `192.0.2.1:443`, `[2001:db8::1]:53`, `unix:/run/x.sock`. */
  readonly connected: ReadonlyMap<string, number>;
  readonly syscalls: ReadonlyMap<string, number>;
  /** Above the rate: counted, and not looked at. */
  readonly dropped: number;
}

/** A trace as it grows, within bounds. */
export interface TraceBuilder {
  opened(path: string): void;
  missing(path: string): void;
  started(path: string): void;
  connected(address: string): void;
  syscall(name: string, count: number): void;
  dropped(count: number): void;
  build(about: Pick<Trace, 'tool' | 'durationMs' | 'image'>): Trace;
}

const MAX_ENTRIES = 100_000;
const MAX_PATH = 4096;

/** Makes a builder that has seen nothing. */
export function traceBuilder(): TraceBuilder {
  const opened = new Map<string, number>();
  const missing = new Set<string>();
  const started = new Map<string, number>();
  const connected = new Map<string, number>();
  const syscalls = new Map<string, number>();
  let dropped = 0;
  const add = (map: Map<string, number>, key: string, count = 1): void => {
    if (key.length > MAX_PATH || (map.size >= MAX_ENTRIES && !map.has(key))) dropped++;
    else map.set(key, (map.get(key) ?? 0) + count);
  };
  return {
    opened: path => add(opened, path),
    missing: path => void (missing.size < MAX_ENTRIES && path.length <= MAX_PATH && missing.add(path)),
    started: path => add(started, path),
    connected: address => add(connected, address),
    syscall: (name, count) => add(syscalls, name, count),
    dropped: count => {
      dropped += count;
    },
    build: about => ({ ...about, opened, missing, started, connected, syscalls, dropped }),
  };
}

/** A trace as JSON, what happened most often first. */
export function traceJson(trace: Trace): object {
  const list = (map: ReadonlyMap<string, number>): object[] =>
    [...map].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name, count]) => ({ name, count }));
  const { tool, durationMs, image, dropped } = trace;
  return {
    tool,
    durationMs,
    image,
    opened: list(trace.opened),
    missing: [...trace.missing].sort(),
    started: list(trace.started),
    connected: list(trace.connected),
    syscalls: list(trace.syscalls),
    dropped,
  };
}
