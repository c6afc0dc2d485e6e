import type { Compression } from '../../core/bytes/index.ts';
import { makeDirectories } from '../../core/bytes/index.ts';
import { connectDocker } from '../../core/docker/index.ts';
import type { Engine } from '../../core/engine/index.ts';
import { chooseEngine, type EngineChoice } from '../../core/engines/index.ts';
import { parsePlatform } from '../../core/oci/index.ts';
import { type OwnStore, openStore, type StoreContext } from '../../core/store/index.ts';
import type { Context } from '../context/index.ts';
import { type RegistryValues, registriesWhenNeeded, type Traffic, traffic } from '../registry/index.ts';
import { type Places, placesOf } from './places.ts';

/** What commands on images work with. */
export interface Toolbox {
  readonly places: Places;
  readonly store: OwnStore;
  readonly images: StoreContext;
  /** What goes to and comes from registries. */
  readonly traffic: Traffic;
  /** @throws SampanError `unavailable`, `denied`. */
  engine(choice: EngineChoice): Promise<Engine>;
}

/** Opens the store and makes the work directory. */
export async function openToolbox(
  context: Context,
  options: RegistryValues & {
    readonly platform?: string | undefined;
    readonly compression?: Compression | undefined;
  } = {},
): Promise<Toolbox> {
  const places = placesOf(context);
  const store = await openStore(places.data);
  makeDirectories(places.work, { mode: 0o700 });
  const host = context.env.DOCKER_HOST;
  const counter = traffic();
  const search = { host, runtimeDirectory: context.env.XDG_RUNTIME_DIR };
  return {
    places,
    store,
    traffic: counter,
    images: {
      store,
      workDirectory: places.work,
      signal: context.signal,
      ...(options.platform === undefined ? {} : { platform: parsePlatform(options.platform) }),
      docker: () => connectDocker(search),
      registries: registriesWhenNeeded(context, { ...options, data: places.data, traffic: counter }),
    },
    engine: choice =>
      chooseEngine(choice, { base: places.work, searchPath: context.env.PATH ?? '', ...search }),
  };
}
