import type { ImageConfig } from '../../core/oci/index.ts';

/** What made a layer. */
export interface Instruction {
  /** As in a Dockerfile, on one line; empty where it is not known. */
  readonly text: string;
  /** `RUN`, `COPY`, …; empty where it is not known. */
  readonly kind: string;
}

const UNKNOWN: Instruction = { text: '', kind: '' };

/**
 * The instruction of each layer, by the history of the configuration (OCI image spec 1.1, config.md, "history").
 * Unknown for all where the history does not fit the layers.
 */
export function instructionsOf(config: ImageConfig, layers: number): readonly Instruction[] {
  const steps = (config.history ?? []).filter(step => step.empty_layer !== true);
  if (steps.length !== layers) return Array.from({ length: layers }, () => UNKNOWN);
  return steps.map(step => readInstruction(step.created_by ?? ''));
}

/** The instruction in `created_by`, as the classic builder and BuildKit write it. */
export function readInstruction(createdBy: string): Instruction {
  const line = createdBy
    .replace(/\s+/g, ' ')
    .replace(/ # buildkit$/, '')
    .trim();
  const nop = /^\/bin\/sh -c #\(nop\) *(.*)$/.exec(line)?.[1];
  const run = /^(?:RUN )?(?:\|\d+ .*? )?\/bin\/(?:sh|bash) -c (.*)$/.exec(line)?.[1];
  const text = nop ?? (run === undefined ? line : `RUN ${run}`);
  return { text, kind: /^([A-Z]+)\b/.exec(text)?.[1] ?? '' };
}

/**
 * An instruction as a person would write it: the classic builder names what it copied by a digest, which says nothing.
 */
export function shownInstruction(text: string): string {
  return text.replace(/^(COPY|ADD) (?:file|dir|multi):[0-9a-f]+ in (\S+)$/, '$1 … $2');
}

/**
 * How many layers, from the lowest, belong to the image that this one was built on: everything up to the last command
 * (`CMD`, `ENTRYPOINT`) that further layers follow, and the first layer at least, unless it was copied into nothing.
 */
export function baseLayersOf(config: ImageConfig, layers: number): number {
  const steps = config.history ?? [];
  let seen = 0;
  const first = steps.find(step => step.empty_layer !== true)?.created_by ?? '';
  let base = readInstruction(first).kind === 'COPY' ? 0 : Math.min(1, layers);
  for (const step of steps) {
    if (step.empty_layer !== true) seen += 1;
    const { kind } = readInstruction(step.created_by ?? '');
    if ((kind === 'CMD' || kind === 'ENTRYPOINT') && seen > 0 && seen < layers) base = Math.max(base, seen);
  }
  return base;
}
