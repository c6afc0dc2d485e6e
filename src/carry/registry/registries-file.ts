import { dirname, resolve } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import { parseUrl } from '../http/index.ts';
import { type Fields, isFields, readSmallFile, textAt } from './json-file.ts';
import type { Credentials, HostSettings, Mirror } from './types.ts';

/** What `registries.yaml` says. */
export interface RegistriesFile {
  /** By domain; `*` is for those without an entry of their own. */
  readonly mirrors: ReadonlyMap<string, readonly Mirror[]>;
  readonly hosts: ReadonlyMap<string, HostSettings>;
}

const NOTHING: RegistriesFile = { mirrors: new Map(), hosts: new Map() };
const MAX_ENTRIES = 1000;

/**
 * Reads the first of these files that there is, in the form that K3s has for `registries.yaml`: `mirrors` with
 * `endpoint`, `configs` with `auth` and `tls`; `token_hosts` is our own.
 *
 * @throws SampanError `invalid` with the place of a mistake, `unsupported` for what would be less safe or another
 *   image if it were passed over.
 */
export async function readRegistriesFile(paths: readonly string[]): Promise<RegistriesFile> {
  for (const path of paths) {
    const text = await readSmallFile(path);
    if (text !== undefined) return await parseRegistriesFile(text, path);
  }
  return NOTHING;
}

/** As {@link readRegistriesFile}, for a text; files that it names lie relative to `path`. */
export async function parseRegistriesFile(text: string, path: string): Promise<RegistriesFile> {
  const document = await parseYaml(text, path);
  const mirrors = new Map<string, readonly Mirror[]>();
  for (const [domain, entry] of entriesAt(document, 'mirrors', path))
    mirrors.set(domain, mirrorsOf(entry, path, domain));
  const hosts = new Map<string, HostSettings>();
  for (const [host, entry] of entriesAt(document, 'configs', path))
    hosts.set(host, hostOf(entry, path, host));
  return { mirrors, hosts };
}

async function parseYaml(text: string, path: string): Promise<Fields> {
  // Loaded only for who has such a file.
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    throw new SampanError('invalid', `${path}, line ${line}: not YAML (${error.code})`);
  }
  const value = plainOf(document, path);
  if (value === null || value === undefined) return {};
  if (!isFields(value)) throw new SampanError('invalid', `${path}: not a mapping`);
  return value;
}

function plainOf(document: { toJS(options: { maxAliasCount: number }): unknown }, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new SampanError('invalid', `${path}: its aliases grow without bound`, { cause: error });
  }
}

function entriesAt(document: Fields, key: string, path: string): [string, Fields][] {
  const value = document[key];
  if (value === undefined || value === null) return [];
  if (!isFields(value)) throw new SampanError('invalid', `${path}: ${key} is not a mapping`);
  const entries = Object.entries(value);
  if (entries.length > MAX_ENTRIES)
    throw new SampanError('limit', `${path}: more than ${MAX_ENTRIES} ${key}`);
  return entries.map(([name, entry]) => {
    if (!isFields(entry)) throw new SampanError('invalid', `${path}: ${key}.${name} is not a mapping`);
    return [name, entry];
  });
}

function mirrorsOf(entry: Fields, path: string, domain: string): readonly Mirror[] {
  if (entry.rewrite !== undefined) {
    throw new SampanError('unsupported', `${path}: mirrors.${domain}.rewrite: names are not rewritten`);
  }
  const list = Array.isArray(entry.endpoint) ? entry.endpoint : [];
  return list.map((text: unknown) => {
    if (typeof text !== 'string')
      throw new SampanError('invalid', `${path}: mirrors.${domain}.endpoint: not a text`);
    const url = parseUrl(text.includes('://') ? text : `https://${text}`);
    if (url.username === '' && url.password === '') return { url };
    throw new SampanError('invalid', `${path}: mirrors.${domain}.endpoint: credentials belong under configs`);
  });
}

function hostOf(entry: Fields, path: string, host: string): HostSettings {
  const tls = isFields(entry.tls) ? entry.tls : {};
  if (tls.insecure_skip_verify === true) {
    throw new SampanError(
      'unsupported',
      `${path}: configs.${host}.tls.insecure_skip_verify: servers are always verified`,
      {
        remedy: 'name the certificate authority with ca_file',
      },
    );
  }
  const credentials = isFields(entry.auth) ? credentialsOf(entry.auth) : undefined;
  const tokenHosts = Array.isArray(entry.token_hosts)
    ? entry.token_hosts.filter(each => typeof each === 'string')
    : [];
  const file = (key: string): string | undefined => {
    const name = textAt(tls, key);
    return name === undefined ? undefined : resolve(dirname(path), name);
  };
  const [caFile, certFile, keyFile] = [file('ca_file'), file('cert_file'), file('key_file')];
  return {
    ...(credentials === undefined ? {} : { credentials }),
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
    tokenHosts,
  };
}

function credentialsOf(auth: Fields): Credentials | undefined {
  const identity = textAt(auth, 'identity_token');
  if (identity !== undefined) return { kind: 'identity', token: identity };
  const token = textAt(auth, 'token');
  if (token !== undefined) return { kind: 'bearer', token };
  const [username, password] = [textAt(auth, 'username'), textAt(auth, 'password')];
  return username === undefined || password === undefined ? undefined : { kind: 'basic', username, password };
}
