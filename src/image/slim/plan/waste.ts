import type { Tree } from '../../tree/index.ts';
import type { Knowledge } from './knowledge.ts';

/** True for what is known waste, or not there at all. */
export function isWastePath(tree: Tree, path: string, known: Knowledge): boolean {
  const node = tree.get(path);
  return node === undefined || known.wasteOf(node) !== undefined;
}
