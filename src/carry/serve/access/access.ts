import type { IncomingMessage } from 'node:http';
import { Refusal } from '../base/index.ts';
import type { Passwords } from './passwords.ts';

/** Lets requests in, or not. */
export interface Access {
  /** @throws Refusal `UNAUTHORIZED` with the challenge that makes a client ask for a password. */
  admit(request: IncomingMessage): Promise<void>;
}

/** Everybody may do everything. */
export const OPEN_ACCESS: Access = { admit: async () => {} };

const MAX_CREDENTIALS = 4096;

/**
 * Asks for a user and a password (RFC 7617). With `anonymousPull` only for what changes something.
 */
export function basicAccess(passwords: Passwords, options: { readonly anonymousPull: boolean }): Access {
  return {
    admit: async request => {
      const given = credentialsOf(request.headers.authorization);
      const isPull = request.method === 'GET' || request.method === 'HEAD';
      if (given === undefined && options.anonymousPull && isPull && !isBase(request.url)) return;
      if (given !== undefined && (await passwords.check(given.user, given.password))) return;
      throw new Refusal(
        'UNAUTHORIZED',
        given === undefined ? 'a user and a password are needed' : 'not the right password',
        {
          headers: { 'www-authenticate': 'Basic realm="sampan", charset="UTF-8"' },
        },
      );
    },
  };
}

/** Clients learn from the challenge there that they should send what they have. */
function isBase(url: string | undefined): boolean {
  return url === '/v2/' || url === '/v2';
}

function credentialsOf(header: string | undefined): { user: string; password: string } | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(header?.trim() ?? '') ?? [];
  if (encoded === undefined || encoded.length > MAX_CREDENTIALS) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
