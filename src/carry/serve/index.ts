export { type Access, basicAccess, passwordsOf, watchHtpasswd } from './access/index.ts';
export { isRepository } from './base/index.ts';
export { type MirrorRoute, openMirror } from './mirror/index.ts';
export {
  type Address,
  DEFAULT_LIMITS,
  isLoopbackAddress,
  lockOf,
  parseAddress,
  type RequestRecord,
  type RunningRegistry,
  type ServeOptions,
  type ServerLimits,
  startRegistry,
  throwUnlessProtected,
} from './server/index.ts';
export { registryUpstream } from './upstream/index.ts';
