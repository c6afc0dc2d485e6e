import type { Severity } from './rules/index.ts';

/** What a project wants of a rule. */
export type Wish = Severity | 'off';

/** How to lint. */
export interface LintSettings {
  /** By the id of the rule; others keep their own severity. */
  readonly rules: Readonly<Record<string, Wish>>;
  readonly registries: readonly string[];
  readonly labels: readonly string[];
}

/** Settings of a project that has none. */
export const DEFAULT_SETTINGS: LintSettings = { rules: {}, registries: [], labels: [] };

/** What a rule is under some settings; undefined for one that is off. */
export function severityOf(
  rule: { readonly id: string; readonly severity: Severity; readonly off?: true },
  { rules, registries, labels }: LintSettings,
): Severity | undefined {
  const wish = rules[rule.id] ?? (rule.off ? 'off' : rule.severity);
  if (wish === 'off') return undefined;
  if (rule.id === 'allowed-registries' && registries.length === 0) return undefined;
  return rule.id === 'required-label' && labels.length === 0 ? undefined : wish;
}

/** From the least to the most. */
export const SEVERITIES: readonly Severity[] = ['info', 'warning', 'error'];

/** Whether a severity is at least another. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}
