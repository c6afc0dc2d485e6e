import { isIPv4 } from 'node:net';
import { SampanError } from '../../core/errors/index.ts';
import type { HttpOptions } from './port.ts';

/** A URL for messages: without user, password, query and fragment, which may hold secrets. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`.slice(0, 300);
}

/** True for a host (with or without a port) that can only be this machine (RFC 6761, section 6.3; RFC 5735). */
export function isLoopback(host: string): boolean {
  const bare = host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'));
}

/**
 * Reads a URL that a person or a server gave.
 *
 * @throws SampanError `invalid` for what is no URL, or one that is neither `http` nor `https`.
 */
export function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new SampanError('invalid', `not an HTTP address: ${JSON.stringify(text.slice(0, 40))}`);
  }
  return url;
}

/** @throws SampanError `denied` for plain HTTP to another machine, unless it was asked for. */
export async function checkPlain(url: URL, isAllowed: HttpOptions['isPlainAllowed']): Promise<void> {
  if (url.protocol === 'https:' || isLoopback(url.host) || (await isAllowed?.(url.host)) === true) return;
  throw new SampanError('denied', `${url.host}: plain HTTP, which anybody on the way can read and change`, {
    remedy: `use HTTPS, or ask for it: --plain-http, or http://${url.host} as an endpoint in registries.yaml`,
  });
}
