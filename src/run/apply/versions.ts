import type { Project } from '../compose/index.ts';
import type { StateFiles } from '../module/index.ts';
import type { Current } from '../supervise/index.ts';

/** Which images a service ran, and which it is held at. IDs are of the engine. */
export interface ServiceVersions {
  readonly imageId: string;
  /** What ran before it, if that is known. */
  readonly previousId?: string;
  readonly held?: Held;
}

/** A service that was rolled back. */
export interface Held {
  /** What runs in place of what the file says. */
  readonly imageId: string;
  /** The image of the file that was not wanted, and what was behind that name. */
  readonly image: string;
  readonly refusedId: string;
}

/** By service. */
export type Versions = Readonly<Record<string, ServiceVersions>>;

/** A project with other images for the services that are held; nothing is asked of a registry for them. */
export function withHeld(project: Project, versions: Versions): Project {
  const services = [...project.services].map(([name, service]) => {
    const held = versions[name]?.held;
    if (held === undefined) return [name, service] as const;
    const written = { ...service.written, pull_policy: 'never' as const };
    return [name, { ...service, image: held.imageId, written }] as const;
  });
  return { ...project, services: new Map(services) };
}

/** Ends holds whose reason has gone: the file names another image, or another one is behind the name. */
export async function stillHeld(
  project: Project,
  versions: Versions,
  idOf: (image: string) => Promise<string | undefined>,
): Promise<Versions> {
  const kept: Record<string, ServiceVersions> = {};
  for (const [name, version] of Object.entries(versions)) {
    const { held, ...rest } = version;
    const service = project.services.get(name);
    if (service === undefined) continue;
    const id = held === undefined ? undefined : await idOf(service.image);
    const isHeld = held?.image === service.image && (id === undefined || id === held.refusedId);
    // What ran while it was held is what ran before the next one.
    kept[name] = held === undefined || isHeld ? version : { ...rest, imageId: held.imageId };
  }
  return kept;
}

/** Takes down what is there now. What is held is left as it was. */
export function noted(versions: Versions, project: Project, { containers }: Current): Versions {
  const next: Record<string, ServiceVersions> = { ...versions };
  for (const name of project.services.keys()) {
    const running = containers.find(one => one.service === name && !one.isPrevious && !one.isNext);
    const before = versions[name];
    if (running === undefined || before?.held !== undefined || before?.imageId === running.imageId) continue;
    next[name] = {
      imageId: running.imageId,
      ...(before === undefined ? {} : { previousId: before.imageId }),
    };
  }
  return next;
}

/** Rolls a service back to what ran before; undefined when nothing is known. */
export function rolledBack(versions: Versions, project: Project, name: string): Versions | undefined {
  const version = versions[name];
  const service = project.services.get(name);
  if (service === undefined || version?.previousId === undefined || version.held !== undefined)
    return undefined;
  const held = { imageId: version.previousId, image: service.image, refusedId: version.imageId };
  return { ...versions, [name]: { ...version, held } };
}

/** What the file says is in force again; undefined when it is not held. */
export function released(versions: Versions, name: string): Versions | undefined {
  const version = versions[name];
  if (version?.held === undefined) return undefined;
  const { held: _, ...rest } = version;
  return { ...versions, [name]: rest };
}

const FILE = 'versions.json';

/** What was written for all projects; nothing for a file that is damaged. */
export async function readVersions(state: StateFiles): Promise<ReadonlyMap<string, Versions>> {
  const bytes = await state.read(FILE);
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes ?? []).toString());
    return new Map(Object.entries(isRecord(value) ? value : {}).map(([name, one]) => [name, parsed(one)]));
  } catch {
    return new Map();
  }
}

/** Writes it; the same again costs nothing. */
export async function writeVersions(state: StateFiles, all: ReadonlyMap<string, Versions>): Promise<void> {
  await state.write(FILE, Buffer.from(JSON.stringify(Object.fromEntries(all))));
}

function parsed(value: unknown): Versions {
  const found: Record<string, ServiceVersions> = {};
  for (const [name, one] of Object.entries(isRecord(value) ? value : {})) {
    if (!isRecord(one) || typeof one.imageId !== 'string') continue;
    const { imageId, previousId } = one;
    found[name] = {
      imageId,
      ...(typeof previousId === 'string' ? { previousId } : {}),
      ...heldOf(one.held),
    };
  }
  return found;
}

function heldOf(value: unknown): { readonly held?: Held } {
  if (!isRecord(value)) return {};
  const { imageId, image, refusedId } = value;
  if (typeof imageId !== 'string' || typeof image !== 'string' || typeof refusedId !== 'string') return {};
  return { held: { imageId, image, refusedId } };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
