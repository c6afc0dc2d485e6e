import type { Node } from '../node/index.ts';
import {
  changed,
  either,
  listOf,
  object,
  oneOf,
  type Read,
  type Reading,
  text,
  word,
  wrong,
} from '../shape/index.ts';

/** A port of a container that the host answers. */
export interface Port {
  /** In the container. */
  readonly target: number;
  /** On the host; absent for any free one. */
  readonly published?: number;
  /** Any free one from `published` to this. */
  readonly publishedTo?: number;
  /** The address of the host; absent for all. */
  readonly hostIp?: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
}

const MAX_RANGE = 1000;
const SHORT =
  /^(?:(?:\[([0-9A-Fa-f:.]+)\]|(\d{1,3}(?:\.\d{1,3}){3})):)?(?:(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/;

/** A range `8000-8010`, or one port; undefined when it is none. */
function rangeOf(written: string): readonly number[] | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(written);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  if (first < 1 || last > 65_535 || last < first || last - first >= MAX_RANGE) return undefined;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

interface Written {
  readonly target: string;
  readonly published?: string | undefined;
  readonly hostIp?: string | undefined;
  readonly protocol?: Port['protocol'] | undefined;
}

function expanded(written: Written, node: Node, to: Reading): readonly Port[] | undefined {
  const targets = rangeOf(written.target);
  const hosts =
    written.published === undefined || written.published === '' ? undefined : rangeOf(written.published);
  const asked = written.published !== undefined && written.published !== '';
  if (targets === undefined || (asked && hosts === undefined))
    return wrong(to, node, 'ports are numbers from 1 to 65535, ranges have at most 1000 of them');
  if (hosts !== undefined && targets.length > 1 && hosts.length !== targets.length)
    return wrong(to, node, 'the range of the host and that of the container differ in length');
  const { hostIp, protocol = 'tcp' } = written;
  const lastHost = targets.length === 1 && (hosts?.length ?? 1) > 1 ? hosts?.at(-1) : undefined;
  return targets.map((target, index) => ({
    target,
    protocol,
    ...(lastHost === undefined ? {} : { publishedTo: lastHost }),
    ...(hosts?.[index] === undefined ? {} : { published: hosts[index] }),
    ...(hostIp === undefined ? {} : { hostIp }),
  }));
}

const shortPort = changed(word, (value, node, to) => {
  const match = SHORT.exec(value);
  if (match === null)
    return wrong(to, node, `${JSON.stringify(value)} is not [[IP:]HOST:]CONTAINER[/PROTOCOL]`);
  const [, six, four, published, target = '', protocol] = match;
  return expanded(
    { target, published, hostIp: six ?? four, protocol: protocol as Port['protocol'] | undefined },
    node,
    to,
  );
});

const longPort = changed(
  object({
    // Names for people; one host has one way to publish.
    name: text,
    target: word,
    published: text,
    host_ip: word,
    protocol: oneOf('tcp', 'udp', 'sctp'),
    app_protocol: text,
    mode: oneOf('host', 'ingress'),
  }),
  ({ target, published, host_ip, protocol }, node, to) =>
    target === undefined
      ? wrong(to, node, 'needs a target: the port in the container')
      : expanded({ target, published, hostIp: host_ip, protocol }, node, to),
);

/** `ports` of a service, ranges written out. */
export const ports: Read<readonly Port[]> = changed(listOf(either(shortPort, longPort)), lists =>
  lists.flat(),
);

/** `expose` of a service: `80`, `8000-8010/udp`. */
export const exposed: Read<readonly Port[]> = changed(
  listOf(
    changed(word, (value, node, to) => {
      const [target = '', protocol = 'tcp'] = value.split('/');
      if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp')
        return wrong(to, node, `${JSON.stringify(value)} is not PORT[/PROTOCOL]`);
      return expanded({ target, protocol }, node, to);
    }),
  ),
  lists => lists.flat(),
);
