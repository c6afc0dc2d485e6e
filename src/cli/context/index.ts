export type { Context, RawTerminal } from './context.ts';
export { type Mood, type OpenContext, openContext } from './create.ts';
export type { Input } from './input.ts';
