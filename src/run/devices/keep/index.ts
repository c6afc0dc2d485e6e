export { devicesModule } from './module.ts';
export { type Kept, keepNodes, keepStarted } from './nodes.ts';
