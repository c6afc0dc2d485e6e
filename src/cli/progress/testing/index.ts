export { type VirtualTerminal, virtualTerminal } from './terminal.ts';
