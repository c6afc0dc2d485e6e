import { digestOf } from '../../core/bytes/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { type Project, type ProjectSource, readAgain, type Service } from '../compose/index.ts';
import { type Current, type CurrentContainer, type Wanted, wantedOf } from '../supervise/index.ts';

/** What a service ran: its image, by its ID in the engine, and the files that said how. */
export interface Version {
  readonly imageId: string;
  /** Of the container: what was asked for. */
  readonly hash: string;
  /** The key of its files among the sources. */
  readonly source: string;
}

/** What a service runs, what it ran before, and what it is held at. */
export interface ServiceVersions extends Version {
  /** What was healthy before it, if that is known. */
  readonly previous?: Version;
  readonly held?: Held;
}

/** A service that was rolled back. */
export interface Held {
  /** What runs in place of what the file says. */
  readonly runs: Version;
  /** What was not wanted. */
  readonly refused: Version;
}

/** What is known of a project. */
export interface Versions {
  readonly services: Readonly<Record<string, ServiceVersions>>;
  /** What the versions were read from, by digest. */
  readonly sources: Readonly<Record<string, ProjectSource>>;
}

/** Nothing is known yet. */
export const NO_VERSIONS: Versions = { services: {}, sources: {} };

/** More than any Compose file needs; what is larger is not remembered. */
const MAX_SOURCE = 256 * 1024;

/** A project with what held services are held at: all that the files said of them then, and the image that ran. */
export function withHeld(project: Project, { services, sources }: Versions): Project {
  let networks = project.networks;
  let volumes = project.volumes;
  const all = [...project.services].map(([name, service]) => {
    const runs = services[name]?.held?.runs;
    if (runs === undefined) return [name, service] as const;
    const then = projectOf(sources[runs.source]);
    const before = then?.services.get(name) ?? service;
    if (then !== undefined) {
      networks = new Map([...[...then.networks].filter(([key]) => before.networks.has(key)), ...networks]);
      volumes = new Map([...then.volumes, ...volumes]);
    }
    const written = { ...before.written, pull_policy: 'never' as const };
    return [name, { ...before, image: runs.imageId, written }] as const;
  });
  return { ...project, services: new Map<string, Service>(all), networks, volumes };
}

/** Ends holds whose reason has gone: the files say something else of the service, or another image is behind its name. */
export async function stillHeld(
  project: Project,
  { services, sources }: Versions,
  idOf: (image: string) => Promise<string | undefined>,
): Promise<Versions> {
  const kept: Record<string, ServiceVersions> = {};
  for (const [name, version] of Object.entries(services)) {
    const service = project.services.get(name);
    if (service === undefined) continue;
    const { held, ...rest } = version;
    const isOver =
      held !== undefined && (await isOtherThan(held.refused, service, { project, sources, idOf }));
    // What ran while it was held is what ran before the next one.
    kept[name] = isOver ? { ...rest, ...held.runs } : version;
  }
  return withSources(kept, sources);
}

async function isOtherThan(
  { imageId, source }: Version,
  { name, image }: Service,
  more: {
    readonly project: Project;
    readonly sources: Versions['sources'];
    readonly idOf: (image: string) => Promise<string | undefined>;
  },
): Promise<boolean> {
  const refused = projectOf(more.sources[source]);
  if (refused?.services.get(name)?.image !== image || wish(refused, name) !== wish(more.project, name))
    return true;
  const id = await more.idOf(image);
  return id !== undefined && id !== imageId;
}

type Standing = Pick<
  CurrentContainer,
  'service' | 'imageId' | 'hash' | 'status' | 'health' | 'isPrevious' | 'isNext'
>;

/** What is wanted, beside how it stands. */
export interface Compared {
  readonly wanted: Wanted;
  readonly current: Pick<Current, 'images'> & { readonly containers: readonly Standing[] };
}

/** Takes down what is there now, where it is healthy and as the files say. What is held is left as it was. */
export function noted(versions: Versions, project: Project, compared: Compared): Versions {
  const text = JSON.stringify(project.source);
  if (text.length > MAX_SOURCE) return versions;
  const source = digestOf(Buffer.from(text)).slice('sha256:'.length);
  const next: Record<string, ServiceVersions> = { ...versions.services };
  for (const name of project.services.keys()) {
    const running = provenOf(name, compared);
    const before = next[name];
    if (running === undefined || before?.held !== undefined) continue;
    const { imageId, hash } = running;
    if (before?.imageId === imageId && before.hash === hash) continue;
    const previous = before && { imageId: before.imageId, hash: before.hash, source: before.source };
    next[name] = { imageId, hash, source, ...(previous === undefined ? {} : { previous }) };
  }
  return withSources(next, { ...versions.sources, [source]: project.source });
}

/** The first container of a service, when nothing is wrong with any, and no update has yet to come or to end. */
function provenOf(name: string, { wanted, current }: Compared): Standing | undefined {
  const [first, ...others] = wanted.services.get(name)?.containers ?? [];
  const mine = current.containers.filter(({ service }) => service === name);
  const isProven = mine.every(
    ({ status, health, isPrevious, isNext }) =>
      status === 'running' && (health === 'healthy' || health === 'none') && !isPrevious && !isNext,
  );
  if (first === undefined || !isProven || mine.length !== 1 + others.length) return undefined;
  const { image, hash } = first;
  return mine.find(one => one.hash === hash && one.imageId === current.images.get(image));
}

/** Only sources that a version names are kept. */
function withSources(services: Versions['services'], sources: Versions['sources']): Versions {
  const used = new Set(
    Object.values(services).flatMap(({ source, previous, held }) => [
      source,
      previous?.source,
      held?.runs.source,
      held?.refused.source,
    ]),
  );
  return { services, sources: Object.fromEntries(Object.entries(sources).filter(([key]) => used.has(key))) };
}

/** Rolls a service back to what ran before; undefined when nothing is known. */
export function rolledBack(versions: Versions, project: Project, name: string): Versions | undefined {
  const version = versions.services[name];
  if (version?.previous === undefined || version.held !== undefined || !project.services.has(name))
    return undefined;
  const { imageId, hash, source, previous } = version;
  const held = { runs: previous, refused: { imageId, hash, source } };
  return { ...versions, services: { ...versions.services, [name]: { ...version, held } } };
}

/** What the file says is in force again; undefined when it is not held. */
export function released(versions: Versions, name: string): Versions | undefined {
  const version = versions.services[name];
  if (version?.held === undefined) return undefined;
  const { held: _, ...rest } = version;
  return { ...versions, services: { ...versions.services, [name]: rest } };
}

/** The project of a source; undefined where this version of Sampan refuses what an earlier one took. */
function projectOf(source: ProjectSource | undefined): Project | undefined {
  try {
    return source && readAgain(source);
  } catch (error) {
    if (isSampanError(error)) return undefined;
    throw error;
  }
}

/** What the files ask for a service, without what depends on the machine. */
function wish(project: Project, name: string): string | undefined {
  const limits = { memory: true, swap: true, cpu: true, cpuset: true, pids: true };
  const machine = { memoryBytes: 1 << 30, limits };
  return wantedOf(project, { machine }).services.get(name)?.containers[0]?.hash;
}
