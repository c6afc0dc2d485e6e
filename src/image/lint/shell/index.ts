export { type Command, hasFlag, isCall, type Operator, operands, subcommand } from './command.ts';
export { splitShell } from './split.ts';
