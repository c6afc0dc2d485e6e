export { AGENT_COMMANDS } from './program.ts';
