import type { Node } from '../../tree/index.ts';
import type { OsPackage } from '../packages/os/index.ts';
import { WASTE_RULES } from './rules.ts';
import type { Surroundings, WasteRule } from './types.ts';

/**
 * The rule by which a node is waste; absent for a directory, and for what no rule is about.
 * Directories go when nothing is left in them.
 */
export function wasteOf(
  node: Node,
  owner: OsPackage | undefined,
  around: Surroundings,
): WasteRule | undefined {
  if (node.kind === 'directory') return undefined;
  const candidate = { path: node.path, node, owner, around };
  return WASTE_RULES.find(rule => rule.pattern.test(node.path) && (rule.when?.(candidate) ?? true));
}
