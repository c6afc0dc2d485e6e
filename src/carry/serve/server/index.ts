export type { RequestRecord } from './handle.ts';
export { DEFAULT_LIMITS, type ServerLimits } from './limits.ts';
export type { Address, TlsFiles } from './listen.ts';
export { isLoopbackAddress, parseAddress, throwUnlessProtected } from './loopback.ts';
export {
  lockOf,
  type MirrorSource,
  type RunningRegistry,
  type ServeOptions,
  startRegistry,
} from './start.ts';
