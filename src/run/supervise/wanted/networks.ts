import type { Attachment, Network, Project, Service } from '../../compose/index.ts';
import { LABELS } from './labels.ts';
import { defined, type Json } from './options.ts';
import { projectLabels } from './stamps.ts';

/** The body of `POST /networks/create`. */
export function networkBody(project: Project, key: string, network: Network): Json {
  return defined({
    Name: network.name,
    CheckDuplicate: true,
    Driver: network.driver,
    Internal: network.isInternal,
    Attachable: network.isAttachable,
    EnableIPv6: network.hasIpv6,
    Options: Object.fromEntries(network.options),
    IPAM: ipamOf(network),
    Labels: { ...Object.fromEntries(network.labels), ...projectLabels(project), [LABELS.network]: key },
  });
}

function ipamOf({ ipam, ipamDriver, ipamOptions }: Network): Json | undefined {
  if (ipam.length === 0 && ipamDriver === undefined && ipamOptions === undefined) return undefined;
  return defined({
    Driver: ipamDriver,
    Options: ipamOptions && Object.fromEntries(ipamOptions),
    Config: ipam.map(({ subnet, gateway, ipRange, auxiliary }) =>
      defined({
        Subnet: subnet,
        Gateway: gateway,
        IPRange: ipRange,
        AuxiliaryAddresses: auxiliary && Object.fromEntries(auxiliary),
      }),
    ),
  });
}

/** The networks of a container in the order of joining, each with its `EndpointSettings`. */
export function endpointsOf(
  service: Service,
  project: Project,
): readonly { readonly network: string; readonly endpoint: Json }[] {
  return byPriority(service).map(([key, attachment], index) => {
    const network = project.networks.get(key)?.name ?? key;
    return { network, endpoint: endpointOf(service, attachment, { network, isFirst: index === 0 }) };
  });
}

function endpointOf(
  service: Service,
  { aliases = [], ipv4, ipv6, linkLocal, mac, interfaceName, driverOptions }: Attachment,
  { network, isFirst }: { readonly network: string; readonly isFirst: boolean },
): Json {
  const hasAddress = ipv4 !== undefined || ipv6 !== undefined || linkLocal !== undefined;
  return defined({
    // The engine's own networks know no names.
    Aliases: /^(bridge|host|none|default)$/.test(network) ? undefined : [service.name, ...aliases],
    IPAMConfig: hasAddress
      ? defined({ IPv4Address: ipv4, IPv6Address: ipv6, LinkLocalIPs: linkLocal })
      : undefined,
    MacAddress: mac ?? (isFirst ? service.written.mac_address : undefined),
    DriverOpts:
      interfaceName === undefined && driverOptions === undefined
        ? undefined
        : {
            ...Object.fromEntries(driverOptions ?? []),
            ...(interfaceName === undefined ? {} : { 'com.docker.network.endpoint.ifname': interfaceName }),
          },
  });
}

/** The address that the container has in the network that it joins first. */
export function mainMac(service: Service): string | undefined {
  return byPriority(service)[0]?.[1].mac ?? service.written.mac_address;
}

function byPriority({ networks }: Service): readonly (readonly [string, Attachment])[] {
  return [...networks].sort(([, a], [, b]) => (b.priority ?? 0) - (a.priority ?? 0));
}
