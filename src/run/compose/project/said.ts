import type { Node, Place, ScalarNode } from '../node/index.ts';
import { SERVICE } from '../service/index.ts';
import type { Service } from './model.ts';

/** One value that the files give to a service. */
export interface Said {
  /** The keys that lead to it, from the service: `ports[0]`, `deploy.replicas`. */
  readonly name: string;
  /** Variables replaced. A list that stands on one line is one value. */
  readonly value: string;
  /** Of its key, or of the item of a list. */
  readonly place: Place;
  /** Variables that are set and stand in it. */
  readonly variables: readonly string[];
}

/** Shown as {@link Service.environment}, with what is over them. */
const ENVIRONMENT: ReadonlySet<string> = new Set(['environment', 'env_file']);

/** All that the files say of a service and that has an effect, in their order; its environment is told by itself. */
export function saidOf({ node, written }: Service): readonly Said[] {
  const values: Readonly<Record<string, unknown>> = written;
  const entries = node.kind === 'map' ? node.entries : [];
  return entries
    .filter(({ key }) => key in SERVICE && !ENVIRONMENT.has(key) && values[key] !== undefined)
    .flatMap(({ key, place, value }) => leaves(value, key, place));
}

function leaves(node: Node, name: string, place: Place): readonly Said[] {
  if (node.kind === 'scalar') return [said([node], name, place)];
  if (node.kind === 'map')
    return node.entries.flatMap(({ key, place: own, value }) => leaves(value, `${name}.${key}`, own));
  const together = onOneLine(node.items);
  if (together !== undefined) return [said(together, name, together[0]?.place ?? place)];
  return node.items.flatMap((item, index) => leaves(item, `${name}[${index}]`, item.place));
}

function said(scalars: readonly ScalarNode[], name: string, place: Place): Said {
  return {
    name,
    value: scalars.length === 1 ? scalars[0]!.text : scalars.map(({ text }) => quoted(text)).join(' '),
    place,
    variables: [...new Set(scalars.flatMap(({ variables = [] }) => variables))],
  };
}

/** So that one sees where an item ends. */
function quoted(text: string): string {
  return /^[^\s"]+$/.test(text) ? text : JSON.stringify(text);
}

function onOneLine(items: readonly Node[]): readonly ScalarNode[] | undefined {
  const scalars = items.flatMap(item => (item.kind === 'scalar' ? [item] : []));
  const [first] = scalars;
  const isOne = scalars.every(
    ({ place }) => place.file === first?.place.file && place.line === first.place.line,
  );
  return isOne && scalars.length === items.length ? scalars : undefined;
}
