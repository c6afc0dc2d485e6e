import { closestOf } from '../../../core/text/index.ts';
import type { MapNode, Node, Place, Problem, ScalarNode } from '../node/index.ts';

/** Where readers tell what they see. */
export interface Reading {
  /** What makes the file wrong. */
  readonly problems: Problem[];
  /** What is said, but does not stop anything: a key that changes nothing on a device. */
  readonly notices: Problem[];
}

/** Reads a value of a node; undefined when it is not there or wrong, and then it has told why. */
export type Read<T> = (node: Node, to: Reading) => T | undefined;

/** The values that a table of readers gives. */
export type Of<S> = { readonly [K in keyof S]?: S[K] extends Read<infer T> ? T : never };

/** Tells a problem of a node. */
export function wrong(
  to: Reading,
  { place, path }: { place: Place; path: string },
  message: string,
  remedy?: string,
): undefined {
  to.problems.push({ place, path, message, ...(remedy === undefined ? {} : { remedy }) });
  return undefined;
}

/** A map with known keys. Others are problems, except `x-…`. */
export function object<S extends Readonly<Record<string, Read<unknown>>>>(shape: S): Read<Of<S>> {
  const keys = Object.keys(shape);
  return (node, to) => {
    if (node.kind !== 'map') return wrong(to, node, 'must be a map of keys and values');
    const values: Record<string, unknown> = {};
    for (const { key, place, value } of node.entries) {
      const read = Object.hasOwn(shape, key) ? shape[key] : undefined;
      if (read === undefined) unknownKey(key, { place, node, keys }, to);
      else if (value.kind !== 'scalar' || !value.isNull || ACCEPTS_NULL.has(read))
        values[key] = read(value, to);
    }
    return values as Of<S>;
  };
}

/** Readers to which nothing written is a value. */
const ACCEPTS_NULL = new WeakSet<Read<unknown>>();

/** A reader that is asked even when nothing is written behind the key. */
export function nullable<T>(read: Read<T>): Read<T> {
  ACCEPTS_NULL.add(read);
  return read;
}

function unknownKey(
  key: string,
  { place, node, keys }: { readonly place: Place; readonly node: MapNode; readonly keys: readonly string[] },
  to: Reading,
): void {
  if (key.startsWith('x-')) return;
  const near = closestOf(key, keys);
  const remedy = near === undefined ? 'keys of your own begin with x-' : `did you mean ${near}?`;
  wrong(to, { place, path: node.path }, `the key ${key} is not known here`, remedy);
}

/** A map from any names to values of one kind, in the order of the file. */
export function mapOf<T>(read: Read<T>): Read<ReadonlyMap<string, T>> {
  return (node, to) => {
    if (node.kind !== 'map') return wrong(to, node, 'must be a map of names and values');
    const values = new Map<string, T>();
    for (const { key, value } of node.entries) {
      const one = key.startsWith('x-') ? undefined : read(value, to);
      if (one !== undefined) values.set(key, one);
    }
    return values;
  };
}

/** A list, or one value in its place. */
export function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (node, to) => {
    if (node.kind === 'map') return wrong(to, node, 'must be a list');
    const items = node.kind === 'list' ? node.items : [node];
    return items.flatMap(item => read(item, to) ?? []);
  };
}

/** What a scalar says, read by `parse`, which answers undefined for what it does not take. */
export function scalar<T>(what: string, parse: (text: string, node: ScalarNode) => T | undefined): Read<T> {
  return (node, to) => {
    if (node.kind !== 'scalar') return wrong(to, node, `must be ${what}, not a ${node.kind}`);
    const value = parse(node.text, node);
    return value === undefined ? wrong(to, node, `${shown(node.text)} is not ${what}`) : value;
  };
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** One reader for short forms, one for maps. */
export function either<A, B>(short: Read<A>, long: Read<B>): Read<A | B> {
  return (node, to) => (node.kind === 'map' ? long(node, to) : short(node, to));
}

/** Changes what another reader gives; `change` may tell problems and give nothing. */
export function changed<T, U>(
  read: Read<T>,
  change: (value: T, node: Node, to: Reading) => U | undefined,
): Read<U> {
  return (node, to) => {
    const value = read(node, to);
    return value === undefined ? undefined : change(value, node, to);
  };
}

/** A key that would change what runs and cannot be kept here: the file is refused. */
export function unsupported(why: string, remedy?: string): Read<never> {
  return (node, to) => wrong(to, node, `not supported: ${why}`, remedy);
}

/** A key that means nothing on a device: it is named, and the rest goes on. */
export function unused(why: string): Read<never> {
  return ({ place, path }, to) => {
    to.notices.push({ place, path, message: `not used: ${why}` });
    return undefined;
  };
}
