/** Where something stands in a file; both from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A value of a Compose file with its place, variables already replaced. */
export type Node = MapNode | ListNode | ScalarNode;

interface Common {
  readonly place: Place;
  /** The keys that lead to it: `services.web.ports[0]`. */
  readonly path: string;
  /** `!reset` or `!override`: how it is merged over what an earlier file says. */
  readonly tag?: string;
}

/** `key: value` pairs, in the order of the file. */
export interface MapNode extends Common {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
}

/** One pair. */
export interface Entry {
  readonly key: string;
  /** Of the key. */
  readonly place: Place;
  readonly value: Node;
}

/** `- item` lines. */
export interface ListNode extends Common {
  readonly kind: 'list';
  readonly items: readonly Node[];
}

/** A string, number or boolean as text. */
export interface ScalarNode extends Common {
  readonly kind: 'scalar';
  readonly text: string;
  /** Nothing was written, or `null`, or `~`. */
  readonly isNull: boolean;
  /** Those that are set and stand in it. */
  readonly variables?: readonly string[];
}

/** What is wrong, or not as a person may expect, and where. */
export interface Problem {
  readonly place: Place;
  readonly path: string;
  readonly message: string;
  readonly remedy?: string;
}

/** The value of a key of a map. */
export function get(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === 'map' ? node.entries.find(entry => entry.key === key)?.value : undefined;
}

/** A map that holds these entries in place of its own. */
export function withEntries(node: MapNode, entries: readonly Entry[]): MapNode {
  return { ...node, entries };
}

/** `compose.yaml:12:5: services.web.ports: …`, as editors and people read it. */
export function formatProblem({ place, path, message, remedy }: Problem): string {
  const where = `${place.file}:${place.line}:${place.column}`;
  const what = path === '' ? message : `${path}: ${message}`;
  return `${where}: ${what}${remedy === undefined ? '' : ` (${remedy})`}`;
}
