export { COMPOSE_RULES, DOCKERFILE_RULES, OWN_FINDINGS, RULES } from './all.ts';
export type {
  ComposeRule,
  DockerfileRule,
  Edit,
  Found,
  Rule,
  RuleText,
  Severity,
  Surroundings,
  Topic,
} from './rule.ts';
