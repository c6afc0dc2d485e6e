import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A request and what must come back. */
export interface Route {
  readonly path: string;
  /** `GET` unless told. */
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** 200 unless told. */
  readonly status?: number;
  /** A regular expression that the body must match. */
  readonly expect?: string;
}

/** A line sent over a TCP connection of its own, and what the answer must match. */
export interface Talk {
  readonly send: string;
  readonly expect: string;
  /** Waited for afterwards, for work that goes on in the background. */
  readonly waitMs?: number;
}

/** A command run inside the container; it must end with 0. */
export interface Command {
  readonly command: readonly string[];
  /** A regular expression that its output must match. */
  readonly expect?: string;
}

/** What a corpus app can do, all of it: `corpus/NAME/routes.json`. */
export interface App {
  readonly port: number;
  readonly routes?: readonly Route[];
  readonly talks?: readonly Talk[];
  readonly commands?: readonly Command[];
  /** The process must run as this user, or as any but root. */
  readonly user?: 'not root';
}

/** Reads the description of a corpus app; throws when there is none of that name. */
export function readApp(name: string): App {
  return JSON.parse(readFileSync(join(import.meta.dirname, name, 'routes.json'), 'utf8'));
}
