import { isSampanError, SampanError } from '../../../core/errors/index.ts';

/** What is wrong with an upstream is no fault of the client's request: it is told as something that may work later. */
export function upstreamFault(name: string, error: unknown): SampanError {
  if (isSampanError(error, 'no-space') || isSampanError(error, 'unavailable')) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new SampanError('unavailable', `${name}: ${reason}`, { cause: error });
}
