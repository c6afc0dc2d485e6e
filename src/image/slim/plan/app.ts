import type { Node } from '../../tree/index.ts';
import type { Keeper } from './keeper.ts';
import type { Owners } from './owners.ts';

/**
 * Keeps what the user put into the image, whether a run reached it or not: files and directories, but for
 * known waste and packages that only development needs.
 */
export function keepApp(keeper: Keeper, owners: Owners, isWaste: (node: Node) => boolean): void {
  for (const node of keeper.tree.nodes()) {
    if (!owners.isUsers(node) || owners.isDevelopment(node.path) || isWaste(node)) continue;
    keeper.keepItself(node.path, { kind: 'app', text: "the user's own" });
  }
}
