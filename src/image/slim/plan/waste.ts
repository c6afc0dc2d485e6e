import type { Tree } from '../../tree/index.ts';
import type { Knowledge } from './knowledge.ts';

/** True for what is known waste, or not there at all. What a kept tool of the same kind asks for is none. */
export function isWastePath(
  tree: Tree,
  path: string,
  known: Knowledge,
  options: { readonly by?: string | undefined } = {},
): boolean {
  const node = tree.get(path);
  if (node === undefined) return true;
  const asks = options.by === undefined ? undefined : tree.get(options.by);
  const rule = known.wasteOf(node);
  return rule !== undefined && (asks === undefined || known.wasteOf(asks)?.category !== rule.category);
}
