export { type Budget, checkBudget, NO_BUDGET, SEVERITIES, type Violation } from './budget.ts';
