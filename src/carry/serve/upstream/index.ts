export { registryUpstream } from './upstream.ts';
