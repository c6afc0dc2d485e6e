/** A container to run on an unpacked root file system. */
export interface RunSpec {
  /** The directory that becomes `/`, writable: what the container writes lands in it. */
  readonly rootfs: string;
  /** The program and its arguments; never empty. Looked up in the container's PATH. */
  readonly args: readonly string[];
  /** `NAME=value`. Docker's default PATH, HOSTNAME and HOME are added where missing. */
  readonly env: readonly string[];
  /** Made when missing, as Docker does. */
  readonly workingDirectory: string;
  /** As in an image: ``, `name`, `uid`, `name:group`, `uid:gid`; names are looked up in the root file system. */
  readonly user: string;
  readonly hostname?: string;
  readonly mounts?: readonly BindMount[];
  /** TCP ports of the container that the host must be able to reach. */
  readonly ports?: readonly number[];
  readonly limits?: Limits;
  /** An init (tini or catatonit) as process 1. */
  readonly init?: boolean;
  readonly readOnly?: boolean;
  /** Linux capabilities besides, or fewer than, Docker's default set (`NET_ADMIN`, …). */
  readonly addCapabilities?: readonly string[];
  readonly dropCapabilities?: readonly string[];
  /** The architecture that the programs inside are built for, as OCI names it (`arm64`). */
  readonly architecture: string;
}

/** A directory or file of the host, seen inside. */
export interface BindMount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** What a container may use at most. */
export interface Limits {
  readonly memoryBytes?: number;
  /** Cores, with a fraction. */
  readonly cpus?: number;
  readonly pids?: number;
}

/** How a container's first process, or a command in it, ended. */
export interface Exit {
  /** The exit status; 128 + the signal's number for one that was killed. */
  readonly code: number;
  /** The kernel killed it for its memory limit. */
  readonly oomKilled: boolean;
}

/** What a command in a container did. */
export interface ExecResult {
  readonly code: number;
  /** At most 1 MiB of each. */
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** What a container has used so far; absent where the kernel does not count it. */
export interface Usage {
  readonly peakMemoryBytes?: number;
  readonly memoryBytes?: number;
  readonly cpuMs?: number;
}

/** What a container printed: the last 1 MiB of each stream. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** A running (or ended) container. Disposing it kills it and leaves nothing behind; it may be done twice. */
export interface Container extends AsyncDisposable {
  readonly id: string;
  /** The first process, as the host numbers it; absent when the engine runs elsewhere. */
  readonly pid: number | undefined;
  /** What was asked for and could not be given, one sentence each (a limit without a control group, …). */
  readonly warnings?: readonly string[];
  /** Where the host reaches a TCP port of {@link RunSpec.ports}. */
  address(port: number): { readonly host: string; readonly port: number };
  exec(args: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Sends a signal (`SIGTERM`, `TERM` or a number) to the first process. No error when it has ended. */
  signal(signal: string): Promise<void>;
  /** Sends `signal`, waits `graceMs`, then kills. */
  stop(options: { readonly signal: string; readonly graceMs: number }): Promise<Exit>;
  /** Resolves when the first process ends. */
  wait(): Promise<Exit>;
  output(): Promise<Output>;
  usage(): Promise<Usage>;
}

/** How to run a command in a container. */
export interface ExecOptions {
  readonly timeoutMs?: number;
  readonly user?: string;
  readonly env?: readonly string[];
  readonly signal?: AbortSignal;
}

/** What runs containers. */
export interface Engine {
  readonly name: 'runc' | 'docker';
  /** One line for people: the program or server, and its version. */
  readonly description: string;
  /**
   * Creates and starts. When it throws, nothing is left behind.
   *
   * @throws SampanError `not-found` when the program is not in the root file system, `unsupported` when
   * this machine cannot run the architecture, `denied`, `unavailable`, `cancelled`.
   */
  start(spec: RunSpec, options?: StartOptions): Promise<Container>;
}

/** How to start. */
export interface StartOptions {
  readonly signal?: AbortSignal;
  /**
   * Called when the first process exists but has not run yet, with its number on the host, where the engine
   * can do that; a tracer is attached here.
   */
  readonly beforeStart?: (pid: number) => Promise<void>;
}
