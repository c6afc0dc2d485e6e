import { join, resolve } from 'node:path';
import type { Registries, SettingsPlaces } from '../../carry/registry/index.ts';
import type { Compression } from '../../core/bytes/index.ts';
import { parseReference } from '../../core/oci/index.ts';
import type { RegistryPlaces } from '../../core/store/index.ts';
import type { Context } from '../context/index.ts';
import { readVersion } from '../version/index.ts';
import type { RegistryValues } from './options.ts';
import type { Traffic } from './traffic.ts';

/** How registries are reached. */
export interface RegistryChoice extends RegistryValues {
  /** The directory of the store. */
  readonly data: string;
  readonly traffic?: Traffic;
  readonly compression?: Compression | undefined;
}

/** The registries, with all that the environment and the options say. */
export async function openRegistriesFor(context: Context, choice: RegistryChoice): Promise<Registries> {
  const [{ httpClient }, { openRegistries, registrySettings }] = await Promise.all([
    import('../../carry/http/index.ts'),
    import('../../carry/registry/index.ts'),
  ]);
  const settings = registrySettings(settingsPlaces(context, choice));
  const send = httpClient({
    userAgent: `sampan/${readVersion()}`,
    tlsFor: settings.tlsFor,
    isPlainAllowed: settings.isPlain,
    proxies: context.env,
  });
  const { data, traffic, compression } = choice;
  const tools = { send, settings, onBytes: traffic?.count, ingestDirectory: join(data, 'ingest') };
  const memoryDirectory = join(data, 'pushes');
  return openRegistries(tools, { memoryDirectory, ...(compression === undefined ? {} : { compression }) });
}

/** As {@link openRegistriesFor}, loaded when the first name of a registry is met. */
export function registriesWhenNeeded(context: Context, choice: RegistryChoice): RegistryPlaces {
  let opened: Promise<Registries> | undefined;
  const open = (): Promise<Registries> => {
    opened ??= openRegistriesFor(context, choice);
    return opened;
  };
  return {
    find: async (name, store) => await (await open()).find(name, store),
    target: name => {
      parseReference(name);
      return {
        name: `docker://${name}`,
        write: async (source, root, options) =>
          await (await open()).target(name).write(source, root, options),
      };
    },
  };
}

/** Where the settings of registries are, as the environment says. */
export function settingsPlaces({ env, home, cwd }: Context, choice: RegistryValues): SettingsPlaces {
  const config = env.XDG_CONFIG_HOME || join(home, '.config');
  const runtime = env.XDG_RUNTIME_DIR;
  return {
    registriesFiles: [join(config, 'sampan', 'registries.yaml'), '/etc/sampan/registries.yaml'],
    auth: {
      paths: [
        ...(env.REGISTRY_AUTH_FILE ? [resolve(cwd, env.REGISTRY_AUTH_FILE)] : []),
        ...(runtime ? [join(runtime, 'containers', 'auth.json')] : []),
        join(config, 'containers', 'auth.json'),
        join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json'),
      ],
      env,
    },
    certificateDirectories: [
      join(config, 'containers', 'certs.d'),
      '/etc/containers/certs.d',
      '/etc/docker/certs.d',
    ],
    caFiles: (choice.ca ?? []).map(file => resolve(cwd, file)),
    isPlain: choice.plainHttp === true,
  };
}
