import type { ContainerState, Docker } from '../../../core/docker/index.ts';
import type { ImagePlan } from '../plan/index.ts';
import type { Wanted } from '../wanted/index.ts';

/** What happened to a container or service. */
export interface SuperviseEvent {
  readonly service: string;
  readonly container: string;
  readonly kind:
    | 'kept'
    | 'pulling'
    | 'pulled'
    | 'stale'
    | 'created'
    | 'started'
    | 'waiting'
    | 'healthy'
    | 'stopped'
    | 'removed'
    | 'restarted'
    | 'held'
    | 'rolled-back'
    | 'failed';
  readonly detail: string;
}

/** What executors need. */
export interface ExecuteContext {
  readonly docker: Docker;
  readonly wanted: Wanted;
  readonly signal: AbortSignal;
  /** Gets an image into the engine, from a file or a registry. */
  readonly fetchImage: (image: ImagePlan, signal: AbortSignal) => Promise<void>;
  /** Refuses an image that the engine has already and that this device must not use. @throws SampanError `unproven`. */
  readonly admitImage?: (reference: string, signal: AbortSignal) => Promise<void>;
  readonly report: (event: SuperviseEvent) => void;
  /** What else a container needs that has started: nodes of devices. */
  readonly started?: (service: string, state: ContainerState) => Promise<void>;
  /** Replaces containers whose update lock is held, too. */
  readonly force?: boolean;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds since 1970; it may jump. */
  readonly now: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
}
