export { type ErrorCode, type ErrorOptions, isSampanError, SampanError, systemCode, wrap } from './errors.ts';
