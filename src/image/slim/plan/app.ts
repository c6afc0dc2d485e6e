import type { Steps } from '../../../core/steps/index.ts';
import type { Keeper } from './keeper.ts';
import type { Knowledge } from './knowledge.ts';

/** Asking the clock after each node would take as long as the nodes. */
const STEP = 100;

/**
 * Keeps what the user put into the image, whether a run reached it or not: files and directories, but for
 * known waste and packages that only development needs.
 */
export function* keepApp(keeper: Keeper, { owners, wasteOf }: Knowledge): Steps<void> {
  let count = 0;
  for (const node of keeper.tree.nodes()) {
    count += 1;
    if (count % STEP === 0) yield;
    if (!owners.isUsers(node) || owners.isDevelopment(node.path) || wasteOf(node) !== undefined) continue;
    keeper.keepItself(node.path, { kind: 'app', text: "the user's own" });
  }
}
