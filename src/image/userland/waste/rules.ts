import { ANYWHERE_RULES, LIBRARY_RULES, LICENSE_RULES } from './rules-anywhere.ts';
import { CACHE_RULES, LANGUAGE_CACHE_RULES } from './rules-caches.ts';
import { DEVELOPMENT_RULES } from './rules-development.ts';
import { NODE_RULES } from './rules-node.ts';
import { PYTHON_RULES } from './rules-python.ts';
import { DOCUMENT_RULES, HOST_RULES, LEFTOVER_RULES } from './rules-system.ts';
import type { WasteRule } from './types.ts';

/** All rules. The first that fits is the one that counts. */
export const WASTE_RULES: readonly WasteRule[] = [
  ...LICENSE_RULES,
  ...CACHE_RULES,
  ...LANGUAGE_CACHE_RULES,
  ...DOCUMENT_RULES,
  ...HOST_RULES,
  ...LEFTOVER_RULES,
  ...PYTHON_RULES,
  ...NODE_RULES,
  ...LIBRARY_RULES,
  ...ANYWHERE_RULES,
  ...DEVELOPMENT_RULES,
];
