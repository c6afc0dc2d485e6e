import type { BindMount, ExecResult, Exit, Limits, Output, Usage } from '../../core/engine/index.ts';

/** Something to do with a running app, to see whether it works. */
export type Probe =
  | HttpProbe
  | { readonly kind: 'exec'; readonly args: readonly string[] }
  | { readonly kind: 'script'; readonly path: string };

/** One HTTP request. */
export interface HttpProbe {
  readonly kind: 'http';
  readonly port: number;
  /** With the query. */
  readonly path: string;
  readonly method: string;
  readonly body?: string;
  /** The status that is right; without it, what the original answers is right. */
  readonly status?: number;
}

/** How an app is run to be exercised. */
export interface Exercise {
  readonly probes: readonly Probe[];
  /** Besides the image's own environment, `NAME=value`. */
  readonly env: readonly string[];
  readonly mounts: readonly BindMount[];
  /** Instead of the image's user. */
  readonly user?: string;
  /** Instead of the image's command; its entry point stays. */
  readonly command?: readonly string[];
  readonly limits: Limits;
  /** How long the app may take until it is ready. */
  readonly readyMs: number;
  /** How long it runs on after its probes. */
  readonly durationMs: number;
}

/** What one probe gave. */
export interface ProbeResult {
  /** `GET :8080/`, `exec redis-cli ping`, … */
  readonly name: string;
  readonly ok: boolean;
  /** For people: the status, the exit code, or what went wrong. */
  readonly detail: string;
  /** An HTTP status, or an exit code. */
  readonly status?: number;
  /** What the answer looks like, apart from values that change from run to run. */
  readonly shape?: string;
}

/** What a run of an app showed. */
export interface RunRecord {
  /** `ready`: it got ready and was stopped; `finished`: it ended by itself with status 0; else it failed. */
  readonly outcome: 'ready' | 'finished' | 'crashed' | 'never-ready';
  /** From start to ready (or to its end). */
  readonly readyMs: number;
  readonly stopMs: number;
  readonly exit: Exit;
  readonly probes: readonly ProbeResult[];
  /** The ports that it listened on, of those that it exposes or is probed at. */
  readonly ports: readonly number[];
  /** The requests that a visitor's tour came to; their results are the first of `probes`. */
  readonly visited: readonly HttpProbe[];
  readonly output: Output;
  readonly usage: Usage;
  /** What the health check gave last, where it never succeeded. */
  readonly health?: ExecResult;
  /** What the run could not be given, one sentence each: it shows less than one that was given all. */
  readonly warnings: readonly string[];
}
