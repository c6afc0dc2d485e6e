export { type EngineLine, engineLines, inOrder, justAfter } from './api.ts';
export { type FilterText, type LogFilter, passes, readFilter, readLevel } from './filter.ts';
export { LEVELS, type Level, levelOf } from './level.ts';
export { type Joiner, joiner, type Pending } from './multiline.ts';
