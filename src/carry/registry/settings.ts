import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wrap } from '../../core/errors/index.ts';
import { registryHost } from '../../core/oci/index.ts';
import type { TlsSettings } from '../http/index.ts';
import { type AuthFiles, storedCredentials } from './auth-files.ts';
import { type RegistriesFile, readRegistriesFile } from './registries-file.ts';
import type { Mirror, RegistrySettings } from './types.ts';

/** Where settings are, in the order in which they count. */
export interface SettingsPlaces {
  /** `registries.yaml`; the first that is there counts. */
  readonly registriesFiles: readonly string[];
  readonly auth: AuthFiles;
  /** Directories with one for each host, as Docker has `/etc/docker/certs.d`. */
  readonly certificateDirectories: readonly string[];
  /** Certificate authorities that were named for this run. */
  readonly caFiles: readonly string[];
  /** Plain HTTP was asked for, for this run. */
  readonly isPlain: boolean;
}

/** The settings in these places. Each file is read once, when it is needed. */
export function registrySettings(places: SettingsPlaces): RegistrySettings {
  let read: Promise<RegistriesFile> | undefined;
  const file = (): Promise<RegistriesFile> => {
    read ??= readRegistriesFile(places.registriesFiles);
    return read;
  };
  return {
    mirrorsOf: async domain => mirrorsIn(await file(), domain),
    hostSettings: async host => {
      const { hosts } = await file();
      return hosts.get(host) ?? hosts.get(registryHost(host)) ?? {};
    },
    tlsFor: async host => await tlsOf(places, (await file()).hosts.get(host) ?? {}, host),
    credentialsFor: async (domain, path) => await storedCredentials(places.auth, domain, path),
    isPlain: async host => places.isPlain || isPlainIn(await file(), host),
  };
}

function mirrorsIn({ mirrors }: RegistriesFile, domain: string): readonly Mirror[] {
  return mirrors.get(domain) ?? mirrors.get('*') ?? [];
}

function isPlainIn({ mirrors }: RegistriesFile, host: string): boolean {
  return [...mirrors.values()].flat().some(({ url }) => url.protocol === 'http:' && url.host === host);
}

async function tlsOf(
  places: SettingsPlaces,
  named: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string },
  host: string,
): Promise<TlsSettings> {
  const found = await Promise.all(places.certificateDirectories.map(each => inDirectory(join(each, host))));
  const ca = [
    ...places.caFiles,
    ...(named.caFile === undefined ? [] : [named.caFile]),
    ...found.flatMap(each => each.ca),
  ];
  const pair = found.find(each => each.pair !== undefined)?.pair;
  const cert = named.certFile ?? pair?.cert;
  const key = named.keyFile ?? pair?.key;
  return {
    ca: await Promise.all(ca.map(pemOf)),
    ...(cert === undefined || key === undefined ? {} : { cert: await pemOf(cert), key: await pemOf(key) }),
  };
}

interface CertificateFiles {
  readonly ca: readonly string[];
  readonly pair: { readonly cert: string; readonly key: string } | undefined;
}

/** As Docker reads it: `*.crt` are authorities, `NAME.cert` with `NAME.key` is who one is. */
async function inDirectory(directory: string): Promise<CertificateFiles> {
  const names = (await readdir(directory).catch(() => [])).toSorted();
  const cert = names.find(name => name.endsWith('.cert') && names.includes(name.replace(/cert$/, 'key')));
  return {
    ca: names.filter(name => name.endsWith('.crt')).map(name => join(directory, name)),
    pair:
      cert === undefined
        ? undefined
        : { cert: join(directory, cert), key: join(directory, cert.replace(/cert$/, 'key')) },
  };
}

async function pemOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw wrap(`reading the certificate ${path}`, error);
  }
}
