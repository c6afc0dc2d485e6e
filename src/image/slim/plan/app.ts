import type { Keeper } from './keeper.ts';
import type { Knowledge } from './knowledge.ts';

/**
 * Keeps what the user put into the image, whether a run reached it or not: files and directories, but for
 * known waste and packages that only development needs.
 */
export function keepApp(keeper: Keeper, { owners, wasteOf }: Knowledge): void {
  for (const node of keeper.tree.nodes()) {
    if (!owners.isUsers(node) || owners.isDevelopment(node.path) || wasteOf(node) !== undefined) continue;
    keeper.keepItself(node.path, { kind: 'app', text: "the user's own" });
  }
}
