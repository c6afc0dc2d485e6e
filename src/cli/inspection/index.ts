export { BUDGET_OPTIONS, type BudgetValues, readBudget } from './budget.ts';
export { readBuiltFrom } from './built-from.ts';
export { printDiff } from './diff-text.ts';
export { type Forms, LOOKING_OPTIONS, writeAs } from './forms.ts';
export { type Growth, growthBetween, growthMarkdown, printGrowth } from './growth.ts';
export { printInspection } from './inspect-text.ts';
export { type Looking, openLooking, writePage } from './open.ts';
