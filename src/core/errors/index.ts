export {
  type ErrorCode,
  type ErrorOptions,
  isSampanError,
  SampanError,
  systemCode,
  truncated,
  wrap,
} from './errors.ts';
