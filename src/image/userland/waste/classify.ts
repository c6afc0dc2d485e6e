import type { Node } from '../../tree/index.ts';
import type { OsPackage } from '../packages/os/index.ts';
import { WASTE_RULES } from './rules.ts';
import type { Candidate, Surroundings, WasteRule } from './types.ts';

/** Nothing reaches a longer path (Linux, PATH_MAX), and patterns take their time with it. */
const PATH_MAX = 4096;

const NO_RULES: readonly WasteRule[] = [];

/** Rules that are asked only about a path that one of them may be about. */
interface RuleGroup {
  readonly any: RegExp;
  readonly rules: readonly WasteRule[];
}

/** Most paths are no waste at all: one pattern for many rules says so much faster than each of them. */
function groupsOf(all: readonly WasteRule[]): readonly RuleGroup[] {
  const kinds = Map.groupBy(
    all,
    ({ pattern }) => `${pattern.source.startsWith('^') ? 'anchored' : 'anywhere'} ${pattern.flags}`,
  );
  return [...kinds.values()].map(rules => ({
    any: new RegExp(rules.map(rule => `(?:${rule.pattern.source})`).join('|'), rules[0]?.pattern.flags),
    rules,
  }));
}

const PLACES: ReadonlyMap<WasteRule, number> = new Map(WASTE_RULES.map((rule, i) => [rule, i]));
const PACKAGE_RULES = WASTE_RULES.filter(rule => rule.ofPackage !== undefined);
const PATH_RULES = WASTE_RULES.filter(rule => rule.ofPackage === undefined);
/** Rules whose pattern ends with a slash: what they say of a file is true of all files beside it. */
const DIRECTORY_RULES: ReadonlySet<WasteRule> = new Set(
  PATH_RULES.filter(({ pattern }) => endsWithSlash(pattern.source)),
);
const DIRECTORY_GROUPS = groupsOf([...DIRECTORY_RULES]);
const FILE_GROUPS = groupsOf(PATH_RULES.filter(rule => !DIRECTORY_RULES.has(rule)));

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

/** Says by which rule a node is waste. It is quickest for nodes that come in the order of their paths. */
export type WasteFinder = (node: Node, owner: OsPackage | undefined) => WasteRule | undefined;

/**
 * Finds the rule by which a node is waste; absent for a directory, and for what no rule is about. Directories go when
 * nothing is left in them.
 */
export function wasteFinder(around: Surroundings): WasteFinder {
  const rulesOfPackage = packageRules();
  let directory = '';
  let above = NO_RULES;
  return (node, owner) => {
    const { path } = node;
    if (node.kind === 'directory' || path.length > PATH_MAX) return undefined;
    if (directory === '' || !path.startsWith(directory) || path.indexOf('/', directory.length) !== -1) {
      directory = path.slice(0, path.lastIndexOf('/') + 1);
      above = rulesIn(DIRECTORY_GROUPS, directory);
    }
    const candidate = { path, node, owner, around };
    let first = firstOf(above, candidate);
    if (owner !== undefined) first = firstOf(rulesOfPackage(owner), candidate, first);
    for (const { any, rules } of FILE_GROUPS) if (any.test(path)) first = firstOf(rules, candidate, first);
    return first;
  };
}

/** The first rule that fits, of some in their order and `other`, which does. */
function firstOf(
  rules: readonly WasteRule[],
  candidate: Candidate,
  other?: WasteRule,
): WasteRule | undefined {
  const end = other === undefined ? WASTE_RULES.length : PLACES.get(other)!;
  for (const rule of rules) {
    if (PLACES.get(rule)! >= end) break;
    const isAbout = DIRECTORY_RULES.has(rule) || rule.pattern.test(candidate.path);
    if (isAbout && (rule.when?.(candidate) ?? true)) return rule;
  }
  return other;
}

/** The rules that are about what a package brings; each package is asked once. */
function packageRules(): (owner: OsPackage) => readonly WasteRule[] {
  const known = new Map<OsPackage, readonly WasteRule[]>();
  return owner => {
    const before = known.get(owner);
    if (before !== undefined) return before;
    const found = PACKAGE_RULES.filter(rule => rule.ofPackage?.(owner));
    const rules = found.length === 0 ? NO_RULES : found;
    known.set(owner, rules);
    return rules;
  };
}

function rulesIn(groups: readonly RuleGroup[], directory: string): readonly WasteRule[] {
  const asked = groups.filter(({ any }) => any.test(directory));
  const found = asked.flatMap(({ rules }) => rules.filter(rule => rule.pattern.test(directory)));
  return found.length < 2 ? found : found.sort((a, b) => PLACES.get(a)! - PLACES.get(b)!);
}
