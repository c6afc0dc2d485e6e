import { SampanError } from '../../core/errors/index.ts';
import { parseUrl, shownUrl } from './address.ts';
import type { HttpHeaders, HttpMethod, HttpRequest, HttpResponse, Send } from './port.ts';

const MAX_HOPS = 8;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * Follows redirects of requests that only read (RFC 9110, section 15.4). Credentials stay with the origin that
 * they were meant for: another host, port or scheme gets none, nor does whatever comes after it. A request that
 * changes something is only followed within its origin.
 *
 * @throws SampanError `denied` for a way to plain HTTP or of a change to elsewhere, `limit`, `invalid`.
 */
export function withRedirects(send: Send): Send {
  return async request => {
    let at = request;
    for (let hop = 0; ; hop += 1) {
      const response = await send(at);
      const location = response.headers.location;
      if (!REDIRECTS.has(response.status) || location === undefined) return response;
      response.close();
      if (hop === MAX_HOPS) {
        throw new SampanError('limit', `${shownUrl(request.url)}: more than ${MAX_HOPS} redirects`);
      }
      at = redirected(at, response, location);
    }
  };
}

function redirected(request: HttpRequest, response: HttpResponse, location: string): HttpRequest {
  const url = nextUrl(location, request.url);
  const isSameOrigin = url.origin === request.url.origin;
  const { method, headers = {}, body: _, ...rest } = request;
  if (!isReading(method) && !(isSameOrigin && response.status >= 307)) {
    throw new SampanError(
      'denied',
      `${method} ${shownUrl(request.url)}: redirected to ${shownUrl(url)}, where nothing is written`,
    );
  }
  const kept = isSameOrigin ? headers : withoutSecrets(headers);
  return isReading(method) ? { ...rest, method, url, headers: kept } : { ...request, url };
}

function isReading(method: HttpMethod): boolean {
  return method === 'GET' || method === 'HEAD';
}

function withoutSecrets(headers: HttpHeaders): HttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !SECRET_HEADERS.has(name)));
}

/**
 * Where a server says to go on (`Location`), read from the request's own URL. What it says about users and
 * fragments is left out. A server behind a TLS proxy that calls itself `http` is meant as `https`.
 *
 * @throws SampanError `invalid`, or `denied` for a way from HTTPS to plain HTTP on another host.
 */
export function nextUrl(location: string, from: URL): URL {
  const url = parseUrl(location, from);
  [url.username, url.password, url.hash] = ['', '', ''];
  if (from.protocol !== 'https:' || url.protocol === 'https:') return url;
  if (url.hostname === from.hostname) {
    const port = url.port === '' || url.port === '80' ? from.port : url.port;
    return new URL(`https://${url.hostname}${port === '' ? '' : `:${port}`}${url.pathname}${url.search}`);
  }
  throw new SampanError('denied', `${from.host}: redirects to plain HTTP (${shownUrl(url)})`);
}
