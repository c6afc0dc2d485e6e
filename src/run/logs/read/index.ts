export { type EngineLine, engineLines, inOrder, justAfter } from './api.ts';
export { type FilePlace, type LogFile, openLogFile } from './file.ts';
export { type LineCutter, lineCutter, type RawLine } from './lines.ts';
