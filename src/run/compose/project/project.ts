import { basename, dirname } from 'node:path';
import { SampanError } from '../../../core/errors/index.ts';
import { gather } from '../gather/index.ts';
import { formatProblem, get, type MapNode, type Place, type Problem } from '../node/index.ts';
import { type Reading, wrong } from '../shape/index.ts';
import { checkProject } from './check.ts';
import type { Network, Project, Service, Volume } from './model.ts';
import type { ProjectOptions } from './options.ts';
import { resolveService } from './resolve.ts';
import { type ProjectSource, recording, replaying } from './source.ts';
import { type Top, top, type WrittenNetwork, type WrittenVolume } from './top.ts';

const MAX_TOLD = 20;

/**
 * Reads Compose files, later ones over earlier ones.
 *
 * @throws SampanError `usage` that names each problem with its file, line, column and keys.
 */
export function readProject(paths: readonly string[], options: ProjectOptions): Project {
  const directory = options.directory ?? dirname(paths[0] ?? '.');
  const record = recording(paths, { ...options, directory });
  const { root, problems, notices, paths: files } = gather(paths, record.options);
  if (root === undefined || problems.length > 0) throw refusal(problems);
  const to: Reading = { problems: [], notices: [] };
  const document = top(root, to);
  if (document === undefined) throw refusal(to.problems);
  const { source } = record;
  const project = projectOf(document, root, { ...record.options, paths: files, source }, to);
  if (to.problems.length > 0) throw refusal(to.problems);
  return { ...project, notices: [...notices, ...to.notices] };
}

/** Reads a project again from what it was read from. @throws SampanError `usage`. */
export function readAgain(source: ProjectSource): Project {
  return readProject(source.paths, replaying(source));
}

function refusal(problems: readonly Problem[]): SampanError {
  const told = problems.slice(0, MAX_TOLD).map(formatProblem);
  const more = problems.length > MAX_TOLD ? [`and ${problems.length - MAX_TOLD} more`] : [];
  return new SampanError('usage', [...told, ...more].join('\n'));
}

interface Options extends ProjectOptions {
  readonly directory: string;
  readonly paths: readonly string[];
  readonly source: ProjectSource;
}

function projectOf(document: Top, root: MapNode, options: Options, to: Reading): Project {
  const name = nameOf(document, root, options, to);
  const volumes = new Map([...(document.volumes ?? [])].map(([key, one]) => [key, volumeOf(name, key, one)]));
  const networks = new Map(
    [...(document.networks ?? [])].map(([key, one]) => [key, networkOf(name, key, one)]),
  );
  if (!networks.has('default')) networks.set('default', networkOf(name, 'default', {}));
  checkExternal('volumes', document.volumes, root, to);
  checkExternal('networks', document.networks, root, to);
  const volumeName = (key: string): string | undefined => volumes.get(key)?.name;
  const services = new Map<string, Service>();
  const inactive: string[] = [];
  const node = get(root, 'services');
  for (const entry of node?.kind === 'map' ? node.entries : []) {
    const written = document.services?.get(entry.key);
    if (written === undefined) continue;
    checkServiceName(entry.key, entry, to);
    const isActive =
      activates(written.profiles ?? [], options) || options.wanted?.includes(entry.key) === true;
    if (!isActive) inactive.push(entry.key);
    const service = isActive
      ? resolveService(entry, written, { ...options, volumeName, top: document }, to)
      : undefined;
    if (service !== undefined) services.set(entry.key, service);
  }
  const project = {
    name,
    directory: options.directory,
    files: options.paths,
    services,
    inactive,
    networks,
    volumes,
    notices: [],
    source: options.source,
  };
  checkProject(project, { known: new Set(document.services?.keys()), real: options.files.real }, to);
  const used = new Set([...services.values()].flatMap(({ networks: mine }) => [...mine.keys()]));
  return { ...project, networks: new Map([...networks].filter(([key]) => used.has(key))) };
}

function checkServiceName(name: string, { place }: { readonly place: Place }, to: Reading): void {
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(name))
    wrong(
      to,
      { place, path: 'services' },
      `${JSON.stringify(name)} is no name of a service`,
      'letters, digits, ., _ and -',
    );
}

/** Of `-p`, then the file, then the directory. (Compose Specification, "Name top-level element") */
function nameOf(document: Top, root: MapNode, { name, directory }: Options, to: Reading): string {
  const asked = name ?? document.name;
  if (asked !== undefined) {
    if (/^[a-z0-9][a-z0-9_-]{0,62}$/.test(asked)) return asked;
    wrong(
      to,
      { place: root.place, path: 'name' },
      `${JSON.stringify(asked)} is no name of a project`,
      'lower-case letters, digits, - and _',
    );
    return asked;
  }
  const own = basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
  return own === '' ? 'default' : own;
}

function activates(profiles: readonly string[], { profiles: active = [] }: Options): boolean {
  return profiles.length === 0 || active.includes('*') || profiles.some(one => active.includes(one));
}

function externalName(
  key: string,
  { name, external }: Pick<WrittenNetwork, 'name' | 'external'>,
): string | undefined {
  if (external === undefined || external === false) return undefined;
  return (external === true ? undefined : external.name) ?? name ?? key;
}

/** What is made elsewhere is taken as it is. */
function checkExternal(
  kind: string,
  document: Top['networks'] | Top['volumes'],
  root: MapNode,
  to: Reading,
): void {
  for (const [key, written] of document ?? []) {
    if (externalName(key, written) === undefined) continue;
    const others = Object.keys(written).filter(one => one !== 'name' && one !== 'external');
    if (others.length > 0)
      to.notices.push({
        place: get(get(root, kind), key)?.place ?? root.place,
        path: `${kind}.${key}`,
        message: `not used: ${others.join(', ')}, since it is external`,
      });
  }
}

function networkOf(project: string, key: string, written: WrittenNetwork): Network {
  const external = externalName(key, written);
  const ipam = (written.ipam?.config ?? []).map(({ subnet, gateway, ip_range, aux_addresses }) => ({
    ...(subnet === undefined ? {} : { subnet }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(ip_range === undefined ? {} : { ipRange: ip_range }),
    ...(aux_addresses === undefined ? {} : { auxiliary: aux_addresses }),
  }));
  return {
    name: external ?? written.name ?? `${project}_${key}`,
    isExternal: external !== undefined,
    options: written.driver_opts ?? new Map(),
    isInternal: written.internal ?? false,
    isAttachable: written.attachable ?? false,
    ipam,
    labels: written.labels ?? new Map(),
    ...(written.driver === undefined ? {} : { driver: written.driver }),
    ...(written.ipam?.driver === undefined ? {} : { ipamDriver: written.ipam.driver }),
    ...(written.ipam?.options === undefined ? {} : { ipamOptions: written.ipam.options }),
    ...(written.enable_ipv6 === undefined ? {} : { hasIpv6: written.enable_ipv6 }),
  };
}

function volumeOf(project: string, key: string, written: WrittenVolume): Volume {
  const external = externalName(key, written);
  return {
    name: external ?? written.name ?? `${project}_${key}`,
    isExternal: external !== undefined,
    options: written.driver_opts ?? new Map(),
    labels: written.labels ?? new Map(),
    ...(written.driver === undefined ? {} : { driver: written.driver }),
  };
}
