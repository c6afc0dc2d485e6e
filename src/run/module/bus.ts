/** How much a person should care. */
export type Severity = 'info' | 'warning' | 'error';

/** Something that happened on the device. */
export interface AgentEvent {
  /** Counts up from 1. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** Which part tells it. */
  readonly from: string;
  /** What kind: `container.unhealthy`, `device.lost`, `update.rolled-back`, `threshold.memory`. */
  readonly kind: string;
  readonly severity: Severity;
  /** For a person. */
  readonly text: string;
  /** For a program: names and numbers, never a secret. */
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

/** What is told; the bus adds the number and the time. */
export type NewEvent = Omit<AgentEvent, 'id' | 'timeMs'>;

/** Where the parts of the agent tell what happened, and hear it. */
export interface Bus {
  tell(event: NewEvent): void;
  /** Calls back for every event from now on, until the returned function is called. One that throws is not called again. */
  hear(listener: (event: AgentEvent) => void): () => void;
  /** The last ones, oldest first. */
  recent(): readonly AgentEvent[];
}

const KEPT = 500;

/** Makes a bus that keeps the last 500 events. */
export function openBus(now: () => number): Bus {
  const listeners = new Set<(event: AgentEvent) => void>();
  const events: AgentEvent[] = [];
  let last = 0;
  return {
    tell: event => {
      const full = { id: ++last, timeMs: now(), ...event };
      events.push(full);
      if (events.length > KEPT) events.shift();
      for (const listener of listeners) {
        try {
          listener(full);
        } catch {
          // One listener must not silence the others.
          listeners.delete(listener);
        }
      }
    },
    hear: listener => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    recent: () => [...events],
  };
}
