import { type Cause, type Example, type Finding, MAX_EXAMPLES } from '../finding.ts';
import type { Ground } from '../ground.ts';
import { shownInstruction } from '../history.ts';

/** What a finding says before its files are counted. */
export type Kind = Pick<Finding, 'id' | 'title' | 'confidence' | 'fix'>;

/** Adds up the files of one finding by layer, and keeps the largest as examples. */
export class Collector {
  bytes = 0;
  files = 0;
  readonly #layers = new Map<number, { bytes: number; files: number }>();
  #examples: Example[] = [];

  add(layer: number, example: Example): void {
    this.bytes += example.bytes;
    this.files += 1;
    const sum = this.#layers.get(layer) ?? { bytes: 0, files: 0 };
    sum.bytes += example.bytes;
    sum.files += 1;
    this.#layers.set(layer, sum);
    this.#examples.push(example);
    if (this.#examples.length > MAX_EXAMPLES * 8) this.#trim();
  }

  #trim(): void {
    this.#examples.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
    this.#examples.length = Math.min(this.#examples.length, MAX_EXAMPLES);
  }

  /** The finding so far. Its severity is by size. */
  finish(kind: Kind, ground: Pick<Ground, 'instructions' | 'places'>): Finding {
    this.#trim();
    const causes = [...this.#layers]
      .map(([layer, sum]): Cause => causeOf(layer, sum, ground))
      .sort((a, b) => b.bytes - a.bytes || a.layer - b.layer);
    return {
      ...kind,
      severity: severityOf(this.bytes),
      bytes: this.bytes,
      files: this.files,
      causes,
      examples: this.#examples,
    };
  }
}

/** A layer that was read as a cause; -1 for none. */
export function causeOf(
  layer: number,
  sum: { readonly bytes: number; readonly files: number },
  ground: Pick<Ground, 'instructions' | 'places'>,
): Cause {
  return {
    layer: ground.places[layer] ?? -1,
    instruction: shownInstruction(ground.instructions[layer]?.text ?? ''),
    ...sum,
  };
}

const HIGH_BYTES = 50e6;
const MEDIUM_BYTES = 1e6;

/** How much so many bytes matter. */
export function severityOf(bytes: number): Finding['severity'] {
  return bytes >= HIGH_BYTES ? 'high' : bytes >= MEDIUM_BYTES ? 'medium' : 'low';
}
