export { type ApplyTools, applyModule } from './apply.ts';
