import type { Agent as PlainAgent } from 'node:http';
import { nodeHttp } from '../../core/http/index.ts';
import { isLoopback } from './address.ts';
import type { HttpOptions, TlsSettings } from './port.ts';

const SHARED = { keepAlive: true, maxSockets: 16, maxFreeSockets: 8 } as const;

/** Gives the pool of connections for a URL; each host with TLS settings of its own has one of its own. */
export function agents(options: HttpOptions): (url: URL) => Promise<PlainAgent> {
  const pools = new Map<string, Promise<PlainAgent>>();
  return url => {
    const isHere = isLoopback(url.host);
    const key = url.protocol === 'http:' ? `http:${isHere}` : `https:${url.host}`;
    const proxies = isHere ? {} : proxyEnv(options.proxies ?? {});
    const known = pools.get(key);
    if (known !== undefined) return known;
    const made = url.protocol === 'http:' ? Promise.resolve(plain(proxies)) : secure(url, options, proxies);
    pools.set(key, made);
    // What failed, such as a certificate file that cannot be read, is tried again.
    made.catch(() => pools.delete(key));
    return made;
  };
}

function proxyEnv(all: Readonly<Record<string, string | undefined>>): { proxyEnv?: NodeJS.ProcessEnv } {
  const given = Object.entries(all).filter(([name, value]) => /^(https?|no)_proxy$/i.test(name) && value);
  return given.length === 0 ? {} : { proxyEnv: Object.fromEntries(given) };
}

function plain(proxies: { proxyEnv?: NodeJS.ProcessEnv }): PlainAgent {
  return new (nodeHttp().Agent)({ ...SHARED, ...proxies });
}

async function secure(
  url: URL,
  options: HttpOptions,
  proxies: { proxyEnv?: NodeJS.ProcessEnv },
): Promise<PlainAgent> {
  const [{ Agent }, { getCACertificates }] = await Promise.all([import('node:https'), import('node:tls')]);
  const own: TlsSettings = (await options.tlsFor?.(url.host)) ?? {};
  const { cert, key } = own;
  // An own list replaces Node's; the system's authorities are those that its administrator chose.
  const ca = new Set([...getCACertificates('default'), ...getCACertificates('system'), ...(own.ca ?? [])]);
  return new Agent({
    ...SHARED,
    ...proxies,
    ca: [...ca],
    minVersion: 'TLSv1.2',
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  });
}
