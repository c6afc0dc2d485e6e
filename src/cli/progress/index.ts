export { type LiveDisplay, type LiveProgress, liveProgress } from './live.ts';
export { type PlainDisplay, plainProgress } from './plain.ts';
