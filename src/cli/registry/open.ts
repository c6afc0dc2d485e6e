import { type Compression, makeDirectories } from '../../core/bytes/index.ts';
import { connectDocker } from '../../core/docker/index.ts';
import { parsePlatform } from '../../core/oci/index.ts';
import { type OwnStore, openStore, type StoreContext } from '../../core/store/index.ts';
import type { Context } from '../context/index.ts';
import { type Places, placesOf } from '../places/index.ts';
import type { RegistryValues } from './options.ts';
import { registriesWhenNeeded } from './registries.ts';
import { type Traffic, traffic } from './traffic.ts';

/** What commands that only carry images work with: nothing that runs them is loaded. */
export interface Carrying {
  readonly places: Places;
  readonly store: OwnStore;
  readonly images: StoreContext;
  /** What goes to and comes from registries. */
  readonly traffic: Traffic;
}

/** What may be chosen. */
export interface CarryChoice extends RegistryValues {
  readonly platform?: string | undefined;
  readonly compression?: Compression | undefined;
}

/** Opens the store and makes the work directory. */
export async function openCarrying(context: Context, choice: CarryChoice = {}): Promise<Carrying> {
  const places = placesOf(context);
  const store = await openStore(places.data);
  makeDirectories(places.work, { mode: 0o700 });
  const search = { host: context.env.DOCKER_HOST, runtimeDirectory: context.env.XDG_RUNTIME_DIR };
  const counter = traffic();
  return {
    places,
    store,
    traffic: counter,
    images: {
      store,
      workDirectory: places.work,
      signal: context.signal,
      ...(choice.platform === undefined ? {} : { platform: parsePlatform(choice.platform) }),
      docker: () => connectDocker(search),
      registries: registriesWhenNeeded(context, { ...choice, data: places.data, traffic: counter }),
    },
  };
}
