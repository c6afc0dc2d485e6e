import { COMPOSE_WRITING_RULES, LIMIT_RULES, RIGHT_RULES } from './compose/index.ts';
import {
  APT_RULES,
  BASE_RULES,
  BUILD_RULES,
  COPY_RULES,
  LABEL_RULES,
  LAYER_RULES,
  OWNER_RULES,
  PACKAGE_RULES,
  SCRIPT_RULES,
  SECRET_RULES,
  SERVICE_RULES,
  STAGE_RULES,
  START_RULES,
  TOOL_RULES,
  USER_RULES,
  VARIABLE_RULES,
  WRITING_RULES,
} from './dockerfile/index.ts';
import type { ComposeRule, DockerfileRule, Rule } from './rule.ts';

/** Every rule about Dockerfiles. */
export const DOCKERFILE_RULES: readonly DockerfileRule[] = [
  ...BASE_RULES,
  ...STAGE_RULES,
  ...APT_RULES,
  ...PACKAGE_RULES,
  ...TOOL_RULES,
  ...LAYER_RULES,
  ...OWNER_RULES,
  ...COPY_RULES,
  ...BUILD_RULES,
  ...START_RULES,
  ...SERVICE_RULES,
  ...USER_RULES,
  ...SECRET_RULES,
  ...SCRIPT_RULES,
  ...WRITING_RULES,
  ...VARIABLE_RULES,
  ...LABEL_RULES,
];

/** Every rule about Compose files. */
export const COMPOSE_RULES: readonly ComposeRule[] = [
  ...COMPOSE_WRITING_RULES,
  ...LIMIT_RULES,
  ...RIGHT_RULES,
];

/** Every rule. */
export const RULES: readonly Rule[] = [...DOCKERFILE_RULES, ...COMPOSE_RULES];

/** Findings that are no rules of advice: they cannot be switched off, only what they name can be mended. */
export const OWN_FINDINGS: Readonly<Record<'syntax' | 'unknown-rule', string>> = {
  syntax: 'the file cannot be read, or a builder would refuse it',
  'unknown-rule': 'a comment ignores a rule that there is not',
};
