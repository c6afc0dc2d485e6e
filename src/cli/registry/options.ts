import { flag, list } from '../command/index.ts';

/** Options of commands that speak with registries. */
export const REGISTRY_OPTIONS = {
  plainHttp: flag({ description: 'speak HTTP without TLS; with this machine that is done anyway' }),
  ca: list({
    placeholder: 'FILE',
    complete: 'files',
    description: 'also trust the certificate authorities in this PEM file; may be repeated',
  }),
} as const;

/** What the options of {@link REGISTRY_OPTIONS} become. */
export interface RegistryValues {
  readonly plainHttp?: boolean;
  readonly ca?: readonly string[];
}
