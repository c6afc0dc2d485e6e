import type { Output } from './port.ts';

/** The name and version of a documented JSON shape: `sampan.slim/1`. The number grows when a reader must change. */
export type Schema = `sampan.${string}/${number}`;

/** Writes one JSON document: `schema` first, then the members of `value`; sizes are bytes, times RFC 3339. */
export function writeJson(output: Output, schema: Schema, value: object): void {
  output.write(`${JSON.stringify({ schema, ...value }, null, output.isTerminal ? 2 : undefined)}\n`);
}
