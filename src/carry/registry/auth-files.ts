import { SampanError } from '../../core/errors/index.ts';
import { credentialKey } from '../../core/oci/index.ts';
import { askHelper } from './helper.ts';
import { type Fields, fieldsAt, readJsonFile, textAt } from './json-file.ts';
import type { Credentials } from './types.ts';

/** Where other programs keep credentials, and the environment for their helpers. */
export interface AuthFiles {
  /** Docker's `config.json` and the `auth.json` of Podman and skopeo; the first that knows a registry counts. */
  readonly paths: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The credentials for a repository, from the files of Docker, Podman and skopeo, and from the helpers that they
 * name. Absent when nobody knows any.
 *
 * @throws SampanError `invalid` for a file that cannot be read, `unavailable` for a helper that does not work.
 */
export async function storedCredentials(
  { paths, env }: AuthFiles,
  domain: string,
  path: string,
): Promise<Credentials | undefined> {
  for (const file of paths) {
    const fields = await readJsonFile(file);
    const found = fields && (await credentialsIn(fields, { file, domain, path, env }));
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Wanted {
  readonly file: string;
  readonly domain: string;
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

async function credentialsIn(fields: Fields, wanted: Wanted): Promise<Credentials | undefined> {
  const { domain, env } = wanted;
  const servers = [...new Set([credentialKey(domain), domain])];
  const helpers = fieldsAt(fields, 'credHelpers');
  const names = servers.map(server => textAt(helpers, bare(server)) ?? textAt(helpers, server));
  const own = names.find(name => name !== undefined);
  const shared = own === undefined ? textAt(fields, 'credsStore') : undefined;
  const helper = own ?? shared;
  if (helper !== undefined) {
    for (const server of servers) {
      const found = await askHelper(helper, server, env);
      if (found !== undefined) return found;
    }
  }
  return inFile(fieldsAt(fields, 'auths'), wanted);
}

/** `https://registry.example/v1/` is `registry.example`. */
function bare(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .replace(/\/v[12]$/, '');
}

/** The entry of the longest path that the repository lies below; Podman writes such, Docker only domains. */
function inFile(auths: Fields, wanted: Wanted): Credentials | undefined {
  const { domain, path } = wanted;
  const entries = new Map(Object.keys(auths).map(key => [bare(key), fieldsAt(auths, key)]));
  const segments = path.split('/');
  for (const host of new Set([domain, bare(credentialKey(domain))])) {
    for (let count = segments.length; count >= 0; count -= 1) {
      const entry = entries.get([host, ...segments.slice(0, count)].join('/'));
      const found = entry && credentialsOf(entry, wanted.file);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function credentialsOf(entry: Fields, file: string): Credentials | undefined {
  const identity = textAt(entry, 'identitytoken');
  if (identity !== undefined) return { kind: 'identity', token: identity };
  const bearer = textAt(entry, 'registrytoken');
  if (bearer !== undefined) return { kind: 'bearer', token: bearer };
  const auth = textAt(entry, 'auth');
  if (auth !== undefined) return decoded(auth, file);
  const [username, password] = [textAt(entry, 'username'), textAt(entry, 'password')];
  return username === undefined || password === undefined ? undefined : { kind: 'basic', username, password };
}

function decoded(auth: string, file: string): Credentials {
  const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = text.indexOf(':');
  if (colon <= 0) throw new SampanError('invalid', `${file}: an "auth" that is not user:password in base64`);
  return { kind: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) };
}
