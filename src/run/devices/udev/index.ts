export { type RuleOptions, udevRule } from './rules.ts';
