import { BlockList, isIP } from 'node:net';
import { SampanError } from '../../../core/errors/index.ts';
import type { Address } from './listen.ts';

/**
 * Reads where to listen: `127.0.0.1:5000`, `[::1]:5000`, `localhost:5000`, or `:5000` for every address.
 *
 * @throws SampanError `usage`.
 */
export function parseAddress(text: string): Address {
  const [, bracketed, plain = '', digits = ''] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = bracketed ?? plain;
  if (digits === '' || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    throw new SampanError('usage', `not an address to listen on: ${JSON.stringify(text)}`, {
      remedy: 'write it as 127.0.0.1:5000, [::1]:5000 or :5000 for every address',
    });
  }
  return { host: host === '' ? '::' : host, port };
}

/** True when only programs on this machine reach it. */
export function isLoopbackAddress({ host }: Address): boolean {
  if (host === 'localhost') return true;
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** What protects a server. */
export interface Protection {
  readonly hasTls: boolean;
  readonly hasUsers: boolean;
  readonly isReadOnly: boolean;
  /** The user has said that it is meant so. */
  readonly isAsked: boolean;
}

/** @throws SampanError `usage` for a server that anybody in the network could read along with, or write to. */
export function throwUnlessProtected(address: Address, protection: Protection): void {
  if (isLoopbackAddress(address) || protection.isAsked) return;
  const missing = [
    ...(protection.hasTls ? [] : ['TLS (--tls-cert and --tls-key)']),
    ...(protection.hasUsers || protection.isReadOnly ? [] : ['passwords (--htpasswd)']),
  ];
  if (missing.length === 0) return;
  throw new SampanError(
    'usage',
    `listening on ${address.host} would be open to the network: there is no ${missing.join(' and no ')}`,
    {
      remedy: 'give what is missing, listen on 127.0.0.1, or say --insecure if the network is trusted',
    },
  );
}
