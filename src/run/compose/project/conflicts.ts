import { posix } from 'node:path';
import { type Reading, wrong } from '../shape/index.ts';
import type { Service } from './model.ts';

/** Keys of one service that do not go together, or that an engine does not keep as they are written. */
export function checkConflicts(service: Service, to: Reading): void {
  checkNetworkMode(service, to);
  checkTargets(service, to);
  const { command, entrypoint } = service.written;
  if (command?.length === 0 && (entrypoint?.length ?? 0) === 0)
    notice(service, 'command', 'an empty command is taken for none: the command of the image runs', to);
  const { update } = service.written['x-sampan'] ?? {};
  const fixed = holdsFixedThing(service);
  if (update?.strategy === 'hand-over' && fixed !== undefined)
    notice(
      service,
      'x-sampan.update',
      `hand-over needs two containers at once, and ${fixed} can be had by one: the old one is stopped first`,
      to,
    );
}

/** What only one container can have at a time: a port of the host, an address. Undefined when there is none. */
export function holdsFixedThing({ written, networks }: Service): string | undefined {
  const port = written.ports?.find(
    ({ published, publishedTo }) => published !== undefined && publishedTo === undefined,
  );
  if (port !== undefined) return `the port ${port.published} of the host`;
  const address = [...networks.values()].find(({ ipv4, ipv6 }) => ipv4 !== undefined || ipv6 !== undefined);
  return address === undefined ? undefined : `the address ${address.ipv4 ?? address.ipv6}`;
}

function at(
  { place, name }: Service,
  key: string,
): { readonly place: Service['place']; readonly path: string } {
  return { place, path: `services.${name}.${key}` };
}

function notice(service: Service, key: string, message: string, to: Reading): void {
  to.notices.push({ ...at(service, key), message });
}

/** (Compose Specification, "network_mode"; Docker Engine API, `HostConfig.NetworkMode`) */
function checkNetworkMode(service: Service, to: Reading): void {
  const {
    network_mode: mode,
    networks,
    ports = [],
    hostname,
    dns,
    extra_hosts,
    mac_address,
  } = service.written;
  if (mode === undefined) return;
  const refuse = (key: string, why: string): void =>
    wrong(to, at(service, key), `does not go with network_mode: ${mode}: ${why}`, 'leave one of them out');
  if (networks !== undefined) refuse('networks', 'it says where the container is already');
  const isShared = mode.startsWith('service:') || mode.startsWith('container:');
  if (ports.length > 0 && (isShared || mode === 'host' || mode === 'none'))
    refuse(
      'ports',
      mode === 'host' ? 'its ports are those of the host already' : 'it has no ports of its own',
    );
  if (!isShared) return;
  const others = { hostname, dns, extra_hosts, mac_address };
  for (const [key, value] of Object.entries(others))
    if (value !== undefined) refuse(key, 'that of the other container holds');
}

function checkTargets(service: Service, to: Reading): void {
  const taken = new Set<string>();
  const targets = [...service.mounts, ...service.files].map(({ target }) => posix.normalize(`${target}/`));
  for (const target of targets) {
    if (taken.has(target))
      wrong(
        to,
        at(service, 'volumes'),
        `two things are mounted at ${target.slice(0, -1)}`,
        'leave one of them out',
      );
    taken.add(target);
  }
}
