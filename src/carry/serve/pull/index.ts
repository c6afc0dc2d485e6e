export { localSource } from './local.ts';
export type { ArrivingBlob, FoundBlob, PullSource } from './port.ts';
