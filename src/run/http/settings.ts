import { isIP } from 'node:net';
import { SampanError } from '../../core/errors/index.ts';

/** Where the API is, and who may use it. */
export type HttpSettings =
  | { readonly kind: 'socket'; readonly path: string; readonly hosts: readonly string[] }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      /** Names by which browsers may call it, besides addresses and the name of the machine. */
      readonly hosts: readonly string[];
      /** The file of the token; it is made when it is not there. */
      readonly token: string | undefined;
      readonly tls: TlsSettings | undefined;
    };

/** Files in PEM. */
export interface TlsSettings {
  readonly cert: string;
  readonly key: string;
  /** Who signs the certificates of clients; with it, a client without one is refused. */
  readonly clientCa: string | undefined;
}

const KEYS = ['socket', 'listen', 'token', 'tls', 'hosts'];

/**
 * Reads the settings of the module. `token: true` is a token beside the state of the agent.
 *
 * @throws SampanError `usage` that names the key, also for TCP that anybody could use.
 */
export function httpSettings(
  given: Readonly<Record<string, unknown>>,
  usual: { readonly socketPath: string | undefined; readonly tokenPath: string },
): HttpSettings {
  for (const key of Object.keys(given))
    if (!KEYS.includes(key)) throw wrong(key, `is not known: ${KEYS.join(', ')}`);
  const hosts = hostsOf(given.hosts);
  if (given.listen === undefined) {
    for (const key of ['token', 'tls'])
      if (given[key] !== undefined) throw wrong(key, 'is for TCP: it needs http.listen');
    const path = textOf(given.socket, 'socket') ?? usual.socketPath;
    if (path !== undefined) return { kind: 'socket', path, hosts };
    throw new SampanError('usage', 'there is no directory for the socket of the agent', {
      remedy: 'set XDG_RUNTIME_DIR, or http.socket in the settings',
    });
  }
  if (given.socket !== undefined) throw wrong('socket', 'cannot be given together with http.listen');
  const token = given.token === true ? usual.tokenPath : textOf(given.token, 'token');
  const tls = tlsOf(given.tls);
  if (token === undefined && tls?.clientCa === undefined)
    throw new SampanError('usage', 'http.listen: anybody who reaches this port could restart containers', {
      remedy:
        'add http.token: true (or the path of a token), or http.tls with cert, key and clientCa; or leave listen out for a Unix socket',
    });
  return { kind: 'tcp', ...addressOf(given.listen), hosts, token, tls };
}

function addressOf(given: unknown): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(textOf(given, 'listen') ?? '');
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (match === null || port > 65_535 || (host !== 'localhost' && isIP(host) === 0))
    throw wrong('listen', 'must be an address and a port: 127.0.0.1:8642, 0.0.0.0:8642, [::]:8642');
  return { host, port };
}

function tlsOf(given: unknown): TlsSettings | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given === null) throw wrong('tls', 'must be a map of cert, key, clientCa');
  const fields: Readonly<Record<string, unknown>> = { ...given };
  for (const key of Object.keys(fields))
    if (!['cert', 'key', 'clientCa'].includes(key)) throw wrong(`tls.${key}`, 'is not known');
  const cert = textOf(fields.cert, 'tls.cert');
  const key = textOf(fields.key, 'tls.key');
  if (cert === undefined || key === undefined) throw wrong('tls', 'needs cert and key, files in PEM');
  return { cert, key, clientCa: textOf(fields.clientCa, 'tls.clientCa') };
}

function hostsOf(given: unknown): readonly string[] {
  if (given === undefined) return [];
  if (Array.isArray(given) && given.length <= 50 && given.every(one => typeof one === 'string'))
    return given.map(one => String(one).toLowerCase());
  throw wrong('hosts', 'must be a list of names');
}

function textOf(given: unknown, key: string): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string' && given !== '') return given;
  throw wrong(key, 'must be a text');
}

function wrong(key: string, what: string): SampanError {
  return new SampanError('usage', `http.${key}: ${what}`);
}
