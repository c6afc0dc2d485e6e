export { builtLines } from './built.ts';
export { type LintConfig, NO_CONFIG, parseConfig, settingsFor } from './config.ts';
export { type Fixed, fixText, unifiedDiff } from './fix/index.ts';
export { toGithub, toSarif } from './formats/index.ts';
export { kindByName, kindOf } from './kind.ts';
export {
  type FileKind,
  type FileReport,
  type Finding,
  LINT_LIMITS,
  type LintInput,
  lintText,
} from './lint.ts';
export { foreignTable, rulePages } from './pages/index.ts';
export { matchesAny } from './patterns.ts';
export { OWN_FINDINGS, RULES, type Rule, type RuleText, type Severity, type Topic } from './rules/index.ts';
export { DEFAULT_SETTINGS, isAtLeast, type LintSettings, SEVERITIES, type Wish } from './settings.ts';
