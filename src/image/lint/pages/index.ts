export { type ForeignRule, foreignRules } from './foreign.ts';
export { rulePage } from './page.ts';
export { foreignTable, rulePages } from './pages.ts';
