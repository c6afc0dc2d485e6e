export { type Mirror, type MirrorOptions, openMirror } from './mirror.ts';
export type { MirrorRoute, Upstream, UpstreamBlob } from './port.ts';
