import type { Docker } from '../docker/index.ts';
import type { Descriptor, Platform } from '../oci/index.ts';
import type { ImageTarget } from './image-target.ts';
import type { OwnStore } from './own-store.ts';
import type { BlobSource, Cancel, Image, LocalLayer } from './port.ts';

/** What opening needs from outside. */
export interface StoreContext extends Cancel {
  readonly store: OwnStore;
  /** Where large temporary files go. */
  readonly workDirectory: string;
  /** Asked for by a person; otherwise the host's, or the only one. */
  readonly platform?: Platform | undefined;
  /** Reaches the local engine when it is needed. @throws SampanError `unavailable` or `denied`. */
  readonly docker: () => Promise<Docker>;
  /** What `docker://` names; absent where registries are not reached. */
  readonly registries?: RegistryPlaces;
}

/** The images of registries. They are known to a later room, which the command line hands in. */
export interface RegistryPlaces {
  /** @throws SampanError `usage`, `not-found`, `denied`, `unavailable`. */
  find(name: string, context: StoreContext): Promise<Found>;
  /** Nothing is asked of the registry before something is written. @throws SampanError `usage`. */
  target(name: string, context: StoreContext): ImageTarget;
}

/** An image that was found. Disposing it removes temporary files; nothing of it can be read then. */
export interface OpenImage extends AsyncDisposable {
  /** Where it is, with its transport: `docker-daemon:nginx:1.27`. */
  readonly name: string;
  /** The tag that it goes by there, if it has one. */
  readonly reference: string | undefined;
  readonly source: BlobSource;
  /** What was named: an index, or the manifest itself. */
  readonly root: Descriptor;
  /** The image of the platform. */
  readonly image: Image;
  /** Its layers at hand, see `localLayers`. Done once. */
  localLayers(options?: Cancel): Promise<readonly LocalLayer[]>;
}

/** What a place has under a name, before a platform is chosen. */
export interface Found {
  readonly name: string;
  readonly reference: string | undefined;
  readonly source: BlobSource;
  readonly root: Descriptor;
  readonly dispose?: () => Promise<void>;
}
