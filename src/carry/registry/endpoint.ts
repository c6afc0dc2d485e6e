import { isSampanError } from '../../core/errors/index.ts';
import { registryHost } from '../../core/oci/index.ts';
import { isLoopback } from '../http/index.ts';
import type { Mirror, RegistryTools } from './types.ts';

/** A server that answers for a registry. */
export interface Endpoint {
  /** Ends in a slash. */
  readonly base: URL;
  /** The domain that the server stands in for, where it is a mirror. */
  readonly mirrorOf?: string;
}

/** The mirrors of a registry in their order, then the registry itself. */
export async function readingEndpoints(domain: string, tools: RegistryTools): Promise<readonly Endpoint[]> {
  const mirrors = await tools.settings.mirrorsOf(domain);
  const ends = mirrors
    .map(mirror => ({ base: baseOf(mirror), mirrorOf: domain }))
    .filter(({ base }) => base.host !== registryHost(domain));
  return [...ends, await ownEndpoint(domain, tools)];
}

function baseOf({ url }: Mirror): URL {
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v2$/, '');
  return new URL(`${url.origin}${path}/v2/`);
}

/** The registry itself. On this machine, where TLS is rare, plain HTTP is spoken if it speaks no TLS. */
export async function ownEndpoint(domain: string, tools: RegistryTools): Promise<Endpoint> {
  const host = registryHost(domain);
  const plain = new URL(`http://${host}/v2/`);
  if (await tools.settings.isPlain(host)) return { base: plain };
  const secure = new URL(`https://${host}/v2/`);
  if (!isLoopback(host)) return { base: secure };
  return { base: (await speaksPlain(plain, tools)) ? plain : secure };
}

/** Asked without credentials, and once: what speaks TLS refuses it or breaks off. */
async function speaksPlain(url: URL, tools: RegistryTools): Promise<boolean> {
  try {
    const response = await tools.send({ method: 'GET', url, isRepeatable: false });
    response.close();
    return response.url.protocol === 'http:' && response.status !== 400;
  } catch (error) {
    // Nobody is there: TLS would fail as well, and more slowly.
    return isSampanError(error, 'unavailable') && error.message.includes('nothing listens');
  }
}
