import type { Node } from '../../tree/index.ts';
import type { OsPackage } from '../packages/os/index.ts';
import { WASTE_RULES } from './rules.ts';
import type { Candidate, Surroundings, WasteRule } from './types.ts';

/** Nothing reaches a longer path (Linux, PATH_MAX), and patterns take their time with it. */
const PATH_MAX = 4096;

/** Rules that are asked only about a path that one of them may be about. */
interface RuleGroup {
  readonly any: RegExp;
  readonly rules: ReadonlySet<WasteRule>;
}

/** Most paths are no waste at all: one pattern for many rules says so much faster than each of them. */
const GROUPS: readonly RuleGroup[] = [
  ...Map.groupBy(WASTE_RULES, ({ pattern }) => {
    if (pattern.source === '^\\/') return 'all paths';
    return `${pattern.source.startsWith('^') ? 'anchored' : 'anywhere'} ${pattern.flags}`;
  }).values(),
].map(rules => ({
  any: new RegExp(rules.map(rule => `(?:${rule.pattern.source})`).join('|'), rules[0]?.pattern.flags),
  rules: new Set(rules),
}));

/** For each set of groups, as bits, their rules in the order in which they are asked. */
const RULES_OF: readonly (readonly WasteRule[])[] = Array.from({ length: 2 ** GROUPS.length }, (_, bits) =>
  WASTE_RULES.filter(rule => GROUPS.some((group, i) => (bits & (1 << i)) !== 0 && group.rules.has(rule))),
);

/**
 * The rule by which a node is waste; absent for a directory, and for what no rule is about.
 * Directories go when nothing is left in them.
 */
export function wasteOf(
  node: Node,
  owner: OsPackage | undefined,
  around: Surroundings,
): WasteRule | undefined {
  if (node.kind === 'directory' || node.path.length > PATH_MAX) return undefined;
  const candidate = { path: node.path, node, owner, around };
  let bits = 0;
  for (let i = 0; i < GROUPS.length; i += 1) if (GROUPS[i]!.any.test(node.path)) bits |= 1 << i;
  return RULES_OF[bits]!.find(rule => fits(rule, candidate));
}

function fits(rule: WasteRule, candidate: Candidate): boolean {
  return rule.pattern.test(candidate.path) && (rule.when?.(candidate) ?? true);
}
