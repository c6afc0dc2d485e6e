import { service } from '../service/index.ts';
import {
  changed,
  filledPairs,
  flag,
  listOf,
  mapOf,
  type Of,
  object,
  type Read,
  text,
  unsupported,
  unused,
  word,
} from '../shape/index.ts';

const external: Read<boolean | { readonly name?: string }> = (node, to) =>
  node.kind === 'map' ? object({ name: word })(node, to) : flag(node, to);

const ipam = object({
  driver: word,
  config: listOf(
    object({
      subnet: word,
      gateway: word,
      ip_range: word,
      aux_addresses: filledPairs,
    }),
  ),
  options: filledPairs,
});

const NETWORK = {
  name: word,
  driver: word,
  driver_opts: filledPairs,
  external,
  internal: flag,
  attachable: flag,
  enable_ipv4: unused('engines of the API up to 1.47 always give IPv4'),
  enable_ipv6: flag,
  ipam,
  labels: filledPairs,
};

const VOLUME = { name: word, driver: word, driver_opts: filledPairs, external, labels: filledPairs };

const FILE = {
  name: word,
  file: word,
  content: text,
  environment: word,
  external: unsupported('configurations and secrets of a Swarm', 'give a file'),
  driver: unsupported('drivers of secrets', 'give a file'),
  driver_opts: unused('there is no driver'),
  template_driver: unsupported('templates of Swarm', 'give a file'),
  labels: unused('configurations and secrets are files here'),
};

/** `~` and an empty map say the same: a thing with nothing special about it. */
function orEmpty<T>(read: Read<T>): Read<T> {
  return (node, to) =>
    node.kind === 'scalar' && node.isNull ? read({ ...node, kind: 'map', entries: [] }, to) : read(node, to);
}

const TOP = {
  version: text,
  name: word,
  services: mapOf(service),
  networks: mapOf(orEmpty(object(NETWORK))),
  volumes: mapOf(orEmpty(object(VOLUME))),
  configs: mapOf(object(FILE)),
  secrets: mapOf(object(FILE)),
  models: unsupported('models that the engine runs'),
  'x-sampan': object({
    config: object({ source: word, interval: word }),
    policy: word,
  }),
};

/** Reads a whole document. (Compose Specification, "Compose file") */
export const top = changed(object(TOP), value => value);

/** What a document says. */
export type Top = Of<typeof TOP>;
/** A network as the file says it. */
export type WrittenNetwork = Of<typeof NETWORK>;
/** A volume as the file says it. */
export type WrittenVolume = Of<typeof VOLUME>;
/** A configuration or secret as the file says it. */
export type WrittenFile = Of<typeof FILE>;
