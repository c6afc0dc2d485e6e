import { SampanError } from '../../core/errors/index.ts';
import { isLoopback, parseUrl } from '../http/index.ts';

/**
 * Whether the host that gives out a registry's tokens may see the credentials: it is the same host, or one of the
 * same organisation (a common parent domain), or it was allowed.
 */
export function mayTell(registry: URL, realm: URL, allowed: readonly string[] = []): boolean {
  if (allowed.includes(realm.host) || allowed.includes(realm.hostname)) return true;
  const [one, other] = [registry.hostname.toLowerCase(), realm.hostname.toLowerCase()];
  if (one === other) return true;
  const parent = organisation(one);
  return parent !== undefined && parent === organisation(other);
}

/** The part of a name that one organisation holds; absent for addresses and short names. */
function organisation(host: string): string | undefined {
  const labels = host.split('.');
  if (labels.length < 2 || /^[\d.]+$|:|^\[/.test(host)) return undefined;
  const [second = '', top = ''] = labels.slice(-2);
  // Below a country there are names such as co.uk that belong to nobody.
  const count = top.length === 2 && second.length <= 3 ? 3 : 2;
  return labels.length < count ? undefined : labels.slice(-count).join('.');
}

/**
 * Where tokens are asked for.
 *
 * @throws SampanError `denied` for plain HTTP while the registry itself speaks TLS, `invalid` for no address.
 */
export function realmOf(text: string | undefined, registry: URL): URL {
  const url = parseUrl(text ?? '', registry);
  [url.username, url.password, url.hash] = ['', '', ''];
  const isAsOpen =
    registry.protocol === 'http:' && (isLoopback(url.host) || url.hostname === registry.hostname);
  if (url.protocol === 'https:' || isAsOpen) return url;
  throw new SampanError('denied', `${registry.host}: sends one to ${url.host} for a token, over plain HTTP`);
}
