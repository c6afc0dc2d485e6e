export { BUDGET_OPTIONS, type BudgetValues, readBudget } from './budget.ts';
export { printDiff } from './diff-text.ts';
export { printInspection } from './inspect-text.ts';
export { type Looking, openLooking, writePage } from './open.ts';
