import { absolutePath, type Files } from '../gather/index.ts';
import type { Entry, Variables } from '../node/index.ts';
import type { FileGrant, Mount, WrittenService } from '../service/index.ts';
import { type Reading, wrong } from '../shape/index.ts';
import { environmentOf, valuesOf } from './environment.ts';
import type { GrantedFile, Limits, Service } from './model.ts';
import type { Top, WrittenFile } from './top.ts';

/** What services are resolved against. */
export interface ResolveOptions {
  readonly files: Files;
  readonly variables: Variables;
  readonly directory: string;
  readonly home: string;
  /** The full name of a volume. */
  readonly volumeName: (key: string) => string | undefined;
  readonly top: Top;
}

/** A service with all that other parts of the file say about it; undefined, and told, without an image. */
export function resolveService(
  entry: Entry,
  written: WrittenService,
  options: ResolveOptions,
  to: Reading,
): Service | undefined {
  const { key: name, place, value: node } = entry;
  const path = node.path;
  const environment = { ...options, place, path };
  if (written.image === undefined)
    return wrong(to, { place, path }, 'needs an image', 'build it elsewhere, then name it: image: NAME');
  const labelFiles = (written.label_file ?? []).flatMap(file =>
    [...valuesOf(file, environment, to)].map(([label, { value }]) => [label, value] as const),
  );
  return {
    name,
    place,
    image: written.image,
    scale: written.scale ?? written.deploy?.replicas ?? 1,
    environment: environmentOf(written, { ...environment, node }, to),
    labels: new Map([...labelFiles, ...(written.labels ?? [])]),
    mounts: [...(written.volumes ?? []), ...(written.tmpfs ?? [])].flatMap(
      mount => resolveMount(mount, entry, options, to) ?? [],
    ),
    files: [
      ...(written.configs ?? []).flatMap(grant => resolveFile('config', grant, { entry, options, to }) ?? []),
      ...(written.secrets ?? []).flatMap(grant => resolveFile('secret', grant, { entry, options, to }) ?? []),
    ],
    networks:
      written.network_mode === undefined ? (written.networks ?? new Map([['default', {}]])) : new Map(),
    networkMode: written.network_mode,
    limits: limitsOf(written, entry, to),
    restart: written.restart ?? policyOf(written),
    dependsOn: dependenciesOf(written),
    written: withSecurityFiles(written, { entry, options, to }),
    node,
  };
}

function resolveMount(
  mount: Mount,
  { place, value }: Entry,
  { volumeName }: ResolveOptions,
  to: Reading,
): Mount | undefined {
  if (mount.type !== 'volume' || mount.source === undefined) return mount;
  const source = volumeName(mount.source);
  if (source !== undefined) return { ...mount, source };
  return wrong(
    to,
    { place, path: `${value.path}.volumes` },
    `there is no volume ${mount.source}`,
    `add it: volumes: {${mount.source}: {}}; a directory begins with ./ or /`,
  );
}

interface Granting {
  readonly entry: Entry;
  readonly options: ResolveOptions;
  readonly to: Reading;
}

function resolveFile(
  kind: 'config' | 'secret',
  grant: FileGrant,
  { entry, options, to }: Granting,
): GrantedFile | undefined {
  const where = { place: entry.place, path: `${entry.value.path}.${kind}s` };
  const found: WrittenFile | undefined = (kind === 'config' ? options.top.configs : options.top.secrets)?.get(
    grant.source,
  );
  if (found === undefined) return wrong(to, where, `there is no ${kind} ${grant.source}`);
  const { file, environment } = found;
  if ([found.file, found.content, found.environment].filter(one => one !== undefined).length > 1)
    return wrong(to, where, `the ${kind} ${grant.source} has more than one of file, content and environment`);
  const content = found.content ?? (environment === undefined ? undefined : options.variables(environment));
  if (file === undefined && content === undefined)
    return wrong(
      to,
      where,
      environment === undefined
        ? `the ${kind} ${grant.source} has no file`
        : `the ${kind} ${grant.source}: the variable ${environment} is not set`,
    );
  const { source: name, target = name, ...more } = grant;
  const root = kind === 'config' ? '/' : '/run/secrets/';
  return {
    kind,
    name,
    ...more,
    target: target.startsWith('/') ? target : `${root}${target}`,
    ...(file === undefined ? { content: content ?? '' } : { file }),
  };
}

/** A seccomp profile in a file becomes its text: that is what engines take. */
function withSecurityFiles(written: WrittenService, { entry, options, to }: Granting): WrittenService {
  if (written.security_opt === undefined) return written;
  const security_opt = written.security_opt.map(option => {
    const path = /^seccomp[=:](.+)$/.exec(option)?.[1];
    if (path === undefined || /^(unconfined|builtin|\{.*)$/s.test(path)) return option;
    try {
      return `seccomp=${JSON.stringify(JSON.parse(options.files.read(absolutePath(path, options))))}`;
    } catch (error) {
      const where = { place: entry.place, path: `${entry.value.path}.security_opt` };
      const why = error instanceof Error ? error.message : String(error);
      wrong(to, where, `${path} cannot be read as a seccomp profile: ${why}`);
      return option;
    }
  });
  return { ...written, security_opt };
}

/** `mem_limit` and its like, or what `deploy` says; both must agree. */
function limitsOf(written: WrittenService, { place, value }: Entry, to: Reading): Limits {
  const { limits = {}, reservations = {} } = written.deploy?.resources ?? {};
  const both = [
    ['memory', written.mem_limit, limits.memory, 'mem_limit'],
    ['memoryReservation', written.mem_reservation, reservations.memory, 'mem_reservation'],
    ['cpus', written.cpus, limits.cpus, 'cpus'],
    ['pids', written.pids_limit, limits.pids, 'pids_limit'],
    ['scale', written.scale, written.deploy?.replicas, 'scale'],
    ['memorySwap', written.memswap_limit, undefined, 'memswap_limit'],
  ] as const;
  const found = both.flatMap(([name, short, long, key]) => {
    if (short !== undefined && long !== undefined && short !== long)
      wrong(
        to,
        { place, path: `${value.path}.${key}` },
        `says ${short}, and deploy says ${long}`,
        'leave one of them out',
      );
    const limit = short ?? long;
    return limit === undefined || name === 'scale' ? [] : [[name, limit] as const];
  });
  return Object.fromEntries(found);
}

function policyOf({ deploy }: WrittenService): Service['restart'] {
  const policy = deploy?.restart_policy;
  if (policy === undefined) return undefined;
  if (policy.condition === 'none') return { name: 'no' };
  if (policy.condition !== 'on-failure') return { name: 'always' };
  return {
    name: 'on-failure',
    ...(policy.max_attempts === undefined ? {} : { maxRetries: policy.max_attempts }),
  };
}

/** Those that are said, and those that sharing a namespace asks for. */
function dependenciesOf(written: WrittenService): Service['dependsOn'] {
  const found = new Map(written.depends_on);
  for (const mode of [written.network_mode, written.ipc, written.pid]) {
    const other = mode?.startsWith('service:') === true ? mode.slice('service:'.length) : undefined;
    if (other !== undefined && !found.has(other))
      found.set(other, { condition: 'service_started', isRestarted: true, isRequired: true });
  }
  return found;
}
