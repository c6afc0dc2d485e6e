export { type Budget, checkBudget, SEVERITIES, type Violation } from './budget.ts';
