import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type Access,
  type Address,
  basicAccess,
  isLoopbackAddress,
  parseAddress,
  passwordsOf,
  type ServeOptions,
  throwUnlessProtected,
  watchHtpasswd,
} from '../../carry/serve/index.ts';
import { SampanError, wrap } from '../../core/errors/index.ts';
import type { Context } from '../context/index.ts';
import type { ServeValues } from './values.ts';

/** Where to listen and who is let in. */
export interface Doors {
  readonly listen: Address;
  readonly admin: Address | undefined;
  readonly tls: ServeOptions['tls'];
  readonly access: Access | undefined;
}

/**
 * Reads certificates and passwords.
 *
 * @throws SampanError `usage` for a combination that leaves a door open, and what reading says.
 */
export async function openDoors(context: Context, values: ServeValues): Promise<Doors> {
  const listen = parseAddress(values.listen);
  const { tlsCert, tlsKey, htpasswd } = values;
  throwUnlessProtected(listen, {
    hasTls: tlsCert !== undefined,
    hasUsers: htpasswd !== undefined,
    isReadOnly: values.readOnly,
    isAsked: values.insecure,
  });
  if (values.anonymousPull && htpasswd === undefined) {
    throw new SampanError('usage', '--anonymous-pull says nothing without --htpasswd');
  }
  return {
    listen,
    admin: adminAddress(values.adminListen),
    tls: await readTls(context, tlsCert, tlsKey),
    access: htpasswd === undefined ? undefined : await openAccess(context, htpasswd, values.anonymousPull),
  };
}

function adminAddress(text: string | undefined): Address | undefined {
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  if (isLoopbackAddress(address)) return address;
  throw new SampanError('usage', `--admin-listen ${text} would be open to the network, without a password`, {
    remedy: 'let it listen on 127.0.0.1',
  });
}

async function readTls(
  context: Context,
  cert: string | undefined,
  key: string | undefined,
): Promise<ServeOptions['tls']> {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new SampanError('usage', '--tls-cert and --tls-key belong together');
  }
  const read = async (path: string): Promise<Buffer> => {
    try {
      return await readFile(resolve(context.cwd, path));
    } catch (error) {
      throw wrap(`reading ${path}`, error);
    }
  };
  return { cert: await read(cert), key: await read(key) };
}

async function openAccess(context: Context, path: string, anonymousPull: boolean): Promise<Access> {
  const file = watchHtpasswd(resolve(context.cwd, path));
  // Said now rather than at the first request.
  await file.users();
  const { compare } = await import('bcryptjs');
  const passwords = passwordsOf(file, { compare, now: context.now });
  return basicAccess(passwords, { anonymousPull });
}
