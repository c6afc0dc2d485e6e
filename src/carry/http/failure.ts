import { isSampanError, SampanError, systemCode, wrap } from '../../core/errors/index.ts';
import { shownUrl } from './address.ts';
import type { HttpRequest } from './port.ts';

const CERTIFICATE =
  /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_|CRL_|ERR_TLS_CERT|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)/;
const NOT_TLS = /wrong version number|packet length too long|http request/i;

/** The system codes of a host that cannot be reached at all; waiting long does not help as a rule. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be resolved now',
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network cannot be reached',
};

/** What went wrong with a request, as the caller acts on it. */
export function explain(error: unknown, request: HttpRequest): SampanError {
  const where = `${request.method} ${shownUrl(request.url)}`;
  if (request.signal?.aborted === true) return new SampanError('cancelled', `${where}: stopped`);
  if (isSampanError(error)) return error;
  const code = systemCode(error) ?? '';
  const { host } = request.url;
  if (CERTIFICATE.test(code)) return untrusted(host, error);
  const message = error instanceof Error ? error.message : '';
  if (NOT_TLS.test(message)) {
    return new SampanError('denied', `${host}: does not speak TLS`, {
      cause: error,
      remedy: 'if it speaks plain HTTP and that is fine, ask for it: --plain-http',
    });
  }
  if (/^ERR_SSL.*_ALERT_/.test(code)) {
    return new SampanError('denied', `${host}: refuses the connection (${code})`, {
      cause: error,
      remedy: `if it asks for a client certificate, put it into /etc/docker/certs.d/${host}/ as client.cert and client.key`,
    });
  }
  const reason = UNREACHABLE[code];
  if (reason !== undefined) return new SampanError('unavailable', `${host}: ${reason}`, { cause: error });
  if (code === 'ETIMEDOUT')
    return new SampanError('timeout', `${host}: no connection in time`, { cause: error });
  if (code.startsWith('HPE_')) {
    return new SampanError('invalid', `${where}: the answer is not HTTP`, { cause: error });
  }
  if (['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(code)) return wrap(where, error);
  return new SampanError('unavailable', `${where}: the connection broke off (${code || message})`, {
    cause: error,
  });
}

function untrusted(host: string, error: unknown): SampanError {
  const reason = error instanceof Error ? error.message : 'unknown';
  return new SampanError('denied', `${host}: its certificate is not trusted (${reason})`, {
    cause: error,
    remedy: `name its certificate authority with --ca FILE, or put it into /etc/docker/certs.d/${host}/ca.crt`,
  });
}

/** True where the host itself could not be reached, so that hardly anything changes within seconds. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof Error && (systemCode(error.cause) ?? '') in UNREACHABLE;
}
