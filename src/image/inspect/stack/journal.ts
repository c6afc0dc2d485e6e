import type { LayerScan } from '../scan/index.ts';
import { stackScans } from './stack.ts';

/** What one layer changes: nodes (as {@link Stacked} counts them), and the entry that a container sees there afterwards. */
export interface Step {
  readonly nodes: Int32Array;
  /** As {@link Stacked.live}. */
  readonly after: Int32Array;
}

const NOTHING = -1;

/** What each layer changes, the lowest first. */
export function journalOf(layers: readonly LayerScan[]): readonly Step[] {
  const steps: Step[] = [];
  let before = new Int32Array(0);
  stackScans(layers, (_, live) => {
    steps.push(stepBetween(before, live));
    before = live.slice();
  });
  return steps;
}

function stepBetween(before: Int32Array, after: Int32Array): Step {
  const changed: number[] = [];
  for (let node = 0; node < after.length; node += 1) {
    if (after[node] !== (node < before.length ? before[node] : NOTHING)) changed.push(node);
  }
  const nodes = Int32Array.from(changed);
  return { nodes, after: nodes.map(node => after[node]!) };
}

/** What lives after the first `count` of these steps, for `nodes` nodes. */
export function liveAfter(steps: readonly Step[], count: number, nodes: number): Int32Array {
  const live = new Int32Array(nodes).fill(NOTHING);
  for (const step of steps.slice(0, count)) {
    for (let i = 0; i < step.nodes.length; i += 1) live[step.nodes[i]!] = step.after[i]!;
  }
  return live;
}
