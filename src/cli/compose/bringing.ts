import type { ImagePlan } from '../../run/supervise/index.ts';
import type { RegistryValues } from '../registry/index.ts';

/** How images come in. */
export interface ImageValues extends RegistryValues {
  readonly policy: string | undefined;
  readonly allowRollback?: boolean;
}

/** Brings images into the engine, and asks the trust policy of the device about each. */
export interface ImageBringer {
  /**
   * Gets an image that is missing or asked for again: from a file next to the Compose file where the engine has none,
   * from the store of Sampan where it is there, otherwise from its registry.
   *
   * @throws SampanError `unproven` for what the policy refuses.
   */
  bring(image: ImagePlan): Promise<void>;
  /** Asks about an image that the engine has. @throws SampanError `unproven`. */
  admit(reference: string): Promise<void>;
}
