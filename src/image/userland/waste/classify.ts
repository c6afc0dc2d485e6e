import type { Node } from '../../tree/index.ts';
import type { OsPackage } from '../packages/os/index.ts';
import { WASTE_RULES } from './rules.ts';
import type { Surroundings, WasteRule } from './types.ts';

/** Nothing reaches a longer path (Linux, PATH_MAX), and patterns take their time with it. */
const PATH_MAX = 4096;

/** Rules that are asked only about a path that one of them may be about. */
interface RuleGroup {
  readonly any: RegExp;
  readonly rules: ReadonlySet<WasteRule>;
}

/** Rules whose pattern ends with a slash: what they say of a file is true of all files beside it. */
const DIRECTORY_RULES: ReadonlySet<WasteRule> = new Set(
  WASTE_RULES.filter(({ pattern }) => endsWithSlash(pattern.source)),
);

/** Most paths are no waste at all: one pattern for many of the other rules says so much faster than each of them. */
const GROUPS: readonly RuleGroup[] = [
  ...Map.groupBy(
    WASTE_RULES.filter(rule => !DIRECTORY_RULES.has(rule)),
    ({ pattern }) => `${pattern.source.startsWith('^') ? 'anchored' : 'anywhere'} ${pattern.flags}`,
  ).values(),
].map(rules => ({
  any: new RegExp(rules.map(rule => `(?:${rule.pattern.source})`).join('|'), rules[0]?.pattern.flags),
  rules: new Set(rules),
}));

/** True where every match of a pattern ends with a slash, whatever comes after it. */
function endsWithSlash(source: string): boolean {
  if (/\$|\\b|\(\?[=!]/.test(source)) return false;
  let depth = 0;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (character === '\\') at += 1;
    else if (character === '[') at = source.indexOf(']', at);
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === '|' && depth === 0 && !source.slice(0, at).endsWith('/')) return false;
  }
  return source.endsWith('/');
}

/** For each set of groups, as bits, the rules that may be about a file of one directory, as they are asked. */
type Candidates = (readonly WasteRule[] | undefined)[];

/** Says by which rule a node is waste. It is quickest for nodes that come in the order of their paths. */
export type WasteFinder = (node: Node, owner: OsPackage | undefined) => WasteRule | undefined;

/**
 * Finds the rule by which a node is waste; absent for a directory, and for what no rule is about. Directories go when
 * nothing is left in them.
 */
export function wasteFinder(around: Surroundings): WasteFinder {
  let directory = '';
  let candidates: Candidates = [];
  return (node, owner) => {
    const { path } = node;
    if (node.kind === 'directory' || path.length > PATH_MAX) return undefined;
    if (!path.startsWith(directory) || path.indexOf('/', directory.length) !== -1 || directory === '') {
      directory = path.slice(0, path.lastIndexOf('/') + 1);
      candidates = [];
    }
    let bits = 0;
    for (let i = 0; i < GROUPS.length; i += 1) if (GROUPS[i]!.any.test(path)) bits |= 1 << i;
    const rules = candidates[bits] ?? rulesFor(directory, bits);
    candidates[bits] = rules;
    if (rules.length === 0) return undefined;
    const candidate = { path, node, owner, around };
    return rules.find(
      rule => (DIRECTORY_RULES.has(rule) || rule.pattern.test(path)) && (rule.when?.(candidate) ?? true),
    );
  };
}

function rulesFor(directory: string, bits: number): readonly WasteRule[] {
  return WASTE_RULES.filter(rule =>
    DIRECTORY_RULES.has(rule)
      ? rule.pattern.test(directory)
      : GROUPS.some((group, i) => (bits & (1 << i)) !== 0 && group.rules.has(rule)),
  );
}
