export { type FilterText, type LogFilter, passes, readFilter } from './filter.ts';
export { LEVELS, type Level, levelOf } from './level.ts';
export { logsModule } from './logs.ts';
export { type Joiner, joiner, type Pending } from './multiline.ts';
export { type EngineLine, engineLines, inOrder, justAfter } from './read/index.ts';
export type { LogRecord } from './record.ts';
