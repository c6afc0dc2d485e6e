import type { Mount, Service } from '../../compose/index.ts';
import type { Defaulted } from './defaults.ts';
import type { ContainerEdits } from './edits.ts';

/** A part of a request to an engine. */
export type Json = Readonly<Record<string, unknown>>;

/** What a body is made of. */
export interface BodyOptions {
  readonly service: Service;
  readonly defaults: Defaulted;
  readonly edits: ContainerEdits;
  readonly labels: Readonly<Record<string, string>>;
  /** Files that the project gives, by now on the host. */
  readonly files: readonly Mount[];
  /** IDs of the containers of other services, whose namespaces are shared. */
  readonly shared: (mode: string | undefined) => string | undefined;
}

/** Without the keys that say nothing. */
export function defined(values: Json): Json {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
