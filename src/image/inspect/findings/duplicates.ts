import { createHash, hash } from 'node:crypto';
import { contentChunks } from '../../../core/bytes/index.ts';
import type { Finding } from '../finding.ts';
import type { Ground, LiveFile } from '../ground.ts';
import { Collector } from './collect.ts';

/** Smaller files save little, and there are many of them. */
const LEAST_FILE_BYTES = 16 << 10;
const LEAST_BYTES = 64 << 10;
const SAMPLE_BYTES = 4096;
/** Of files that are not compared whole. */
const MOST_SAMPLES = 32;
/** Files up to this size are compared whole, while there is something left of the budget. */
const WHOLE_BYTES = 1 << 20;
const BUDGET_BYTES = 24 << 20;

/** The same contents under several paths. Only files that share their size with another one are read. */
export function duplicateFindings(ground: Ground, waste: ReadonlyMap<number, string>): readonly Finding[] {
  const files = new Collector();
  const reader = new Reader(ground);
  for (const sameSize of bySize(ground, waste)) {
    for (const same of reader.groups(sameSize)) {
      const [first, ...others] = same;
      for (const other of others) {
        files.add(other.layer, { path: other.path, bytes: other.size, note: `the same as ${first!.path}` });
      }
    }
  }
  if (files.bytes < LEAST_BYTES) return [];
  const finding = files.finish(
    {
      id: 'duplicate-files',
      title: 'The same contents are there under several paths',
      confidence: reader.isExact ? 'certain' : 'likely',
      fix: 'RUN ln -f FIRST OTHER # in the RUN that makes them, or cp -l; of what is copied: COPY once, then RUN ln -s',
    },
    ground,
  );
  return [finding];
}

function* bySize(ground: Ground, waste: ReadonlyMap<number, string>): Generator<LiveFile[]> {
  const sizes = new Map<number, number>();
  for (const { node, size } of ground.files) {
    if (size >= LEAST_FILE_BYTES && !waste.has(node)) sizes.set(size, (sizes.get(size) ?? 0) + 1);
  }
  const groups = new Map<number, LiveFile[]>();
  for (const file of ground.files) {
    if ((sizes.get(file.size) ?? 0) < 2 || waste.has(file.node)) continue;
    const group = groups.get(file.size);
    if (group === undefined) groups.set(file.size, [file]);
    else group.push(file);
  }
  // The largest first: they get the most of what may be read.
  for (const [, group] of [...groups].sort(([a], [b]) => b - a)) yield group;
}

class Reader {
  /** False when something was only compared in parts. */
  isExact = true;
  readonly #ground: Ground;
  #left = BUDGET_BYTES;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  groups(files: readonly LiveFile[]): LiveFile[][] {
    const sampled = split(files, file => this.#sample(file));
    return sampled.flatMap(group => split(group, file => this.#whole(file)));
  }

  #sample({ layer, row, size }: LiveFile): string {
    const loaded = this.#ground.layers[layer]!;
    const known = loaded.scan.checksum[row]!;
    if (loaded.contents === 'parts') return `crc ${known}`;
    return sampled(loaded, row, size <= 2 * SAMPLE_BYTES ? 1 : 2);
  }

  #whole({ layer, row, size }: LiveFile): string {
    const loaded = this.#ground.layers[layer]!;
    if (size <= SAMPLE_BYTES) return '';
    if (loaded.contents === 'parts' || size > WHOLE_BYTES || size > this.#left) {
      this.isExact = false;
      return loaded.contents === 'parts' ? '' : sampled(loaded, row, MOST_SAMPLES);
    }
    this.#left -= size;
    const whole = createHash('sha1');
    for (const chunk of contentChunks(loaded.content(row))) whole.update(chunk);
    return whole.digest('hex');
  }
}

/** A digest of the start, the end and, of more than two, evenly of what is between. */
function sampled(layer: Ground['layers'][number], row: number, samples: number): string {
  const last = Math.max(0, layer.scan.size[row]! - SAMPLE_BYTES);
  const parts = Array.from({ length: samples }, (_, i) => {
    const from = samples === 1 ? 0 : Math.floor((last * i) / (samples - 1));
    return layer.bytes(row, from, samples === 1 ? 2 * SAMPLE_BYTES : SAMPLE_BYTES);
  });
  return hash('sha1', Buffer.concat(parts), 'hex');
}

function split(files: readonly LiveFile[], key: (file: LiveFile) => string): LiveFile[][] {
  return [...Map.groupBy(files, key).values()].filter(group => group.length > 1);
}
