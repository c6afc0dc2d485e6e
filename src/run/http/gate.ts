import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { isToken } from './token.ts';

/** Who may come in. */
export interface GateRules {
  /** Names, in lower case, by which the API may be called. */
  readonly hosts: ReadonlySet<string>;
  /** Addresses are names of their own: nobody can make one mean another machine. */
  readonly allowsAddresses: boolean;
  readonly scheme: 'http' | 'https';
  /** Undefined where the socket or the certificate decides. */
  readonly token: string | undefined;
}

/** Why a call is refused. */
export interface Refusal {
  readonly status: 401 | 403 | 421;
  readonly error: string;
}

/** What is needed of a call. */
export interface GateCall {
  readonly headers: IncomingHttpHeaders;
  /** The page itself holds nothing: it is given to anybody who calls it by the right name. */
  readonly isPage: boolean;
}

/**
 * Decides about a call by its headers: by which name it was made (against DNS rebinding), from which page (against
 * requests forged across sites: Fetch Metadata, and RFC 6454), and with which token (RFC 6750).
 */
export function refusalOf({ headers, isPage }: GateCall, rules: GateRules): Refusal | undefined {
  const { host = '' } = headers;
  if (!isHost(host, rules))
    return { status: 421, error: `this agent is not called ${JSON.stringify(host.slice(0, 100))}` };
  const site = headers['sec-fetch-site'];
  // A link from elsewhere may open the page; nothing else may come from another site.
  const isOpened = isPage && headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isOpened)
    return { status: 403, error: 'pages of other sites may not use this agent' };
  const { origin } = headers;
  if (origin !== undefined && origin.toLowerCase() !== `${rules.scheme}://${host.toLowerCase()}`)
    return { status: 403, error: 'pages of other sites may not use this agent' };
  if (isPage || rules.token === undefined) return undefined;
  const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (given === undefined) return { status: 401, error: 'a token is needed: Authorization: Bearer TOKEN' };
  return isToken(given, rules.token) ? undefined : { status: 401, error: 'the token is wrong' };
}

function isHost(host: string, { hosts, allowsAddresses }: GateRules): boolean {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+))(?::\d{1,5})?$/i.exec(host);
  const name = (match?.[1] ?? match?.[2] ?? '').toLowerCase().replace(/\.$/, '');
  return hosts.has(name) || (allowsAddresses && isIP(name) !== 0);
}
