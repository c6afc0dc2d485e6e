import type { Docker } from '../../core/docker/index.ts';
import type { Bus } from './bus.ts';

/** The parts of the agent that can be chosen. */
export const MODULES = ['apply', 'config', 'devices', 'health', 'http', 'logs', 'monitor', 'trace'] as const;
/** One of them. */
export type ModuleName = (typeof MODULES)[number];

/** One part of the agent. */
export interface AgentModule {
  readonly name: ModuleName;
  /** Begins its work; what it cannot do now (an engine that is away) it tries again by itself. */
  start(host: AgentHost): Promise<RunningModule>;
}

/** A part that runs. Disposing it ends its work and waits for it; containers do not notice. */
export interface RunningModule extends AsyncDisposable {
  /** What it knows, as JSON for the API; never a secret. */
  status(): unknown;
  /** Lines of Prometheus' text format, if it measures anything. */
  metrics?(): string;
  /** Answers a call of the API below `/v1/NAME/`; undefined for a path that it does not have. */
  answer?(call: ModuleCall): Promise<ModuleAnswer | undefined>;
}

/** A call of the API, its body read whole and limited. */
export interface ModuleCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the module: `containers/web-1`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** JSON, or a stream of server-sent events. */
export type ModuleAnswer =
  | { readonly status: number; readonly json: unknown }
  | {
      readonly status: 200;
      readonly events: AsyncIterable<{ readonly event: string; readonly data: unknown }>;
    };

/** What every part is given. */
export interface AgentHost {
  /** The engine, asked for anew after it was away. @throws SampanError `unavailable`. */
  docker(): Promise<Docker>;
  readonly bus: Bus;
  /** Ends all work. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970; it may jump. */
  now(): number;
  /** Milliseconds since some moment; it never jumps. */
  monotonic(): number;
  /** Resolves after a time. @throws SampanError `cancelled` when the agent ends. */
  sleep(ms: number): Promise<void>;
  /** Small files that survive a restart; every byte is counted against the flash budget. */
  readonly state: StateFiles;
  /** What the configuration says about this module: plain JSON, checked by the module. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The projects that the agent keeps. */
  readonly projects: readonly ProjectPlace[];
  /** Other parts that run, for those that show them. */
  modules(): ReadonlyMap<ModuleName, RunningModule>;
}

/** Where a project of the agent is. */
export interface ProjectPlace {
  readonly files: readonly string[];
  readonly name?: string;
  readonly profiles?: readonly string[];
}

/** Small files, written whole or not at all. */
export interface StateFiles {
  /** Undefined when it is not there or cannot be read. */
  read(name: string): Promise<Uint8Array | undefined>;
  /**
   * Atomic; nothing is written when it holds these bytes already. False when it cannot be written, as on a full disk:
   * that is told once, and ends no work. What was there before stays.
   */
  write(name: string, bytes: Uint8Array): Promise<boolean>;
  /** Where they are. */
  readonly directory: string;
  /** Bytes written since the agent started, and per day. */
  wear(): { readonly totalBytes: number; readonly bytesPerDay: number };
}
