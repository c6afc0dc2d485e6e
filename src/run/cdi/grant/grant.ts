import { SampanError } from '../../../core/errors/index.ts';
import type { Service } from '../../compose/index.ts';
import { type ContainerEdits, NO_EDITS } from '../../supervise/index.ts';
import { applyEdits } from '../apply/index.ts';
import { type CdiDocument, type CdiEdits, parseQualified } from '../document/index.ts';
import type { HostFiles } from '../files/index.ts';
import { discoverNvidia } from '../nvidia/index.ts';
import { type CdiRegistry, readRegistry, staleIn } from '../registry/index.ts';
import { gpuNames, NVIDIA_KIND } from './names.ts';
import { type CdiWishes, cdiWishes } from './wishes.ts';

/** What a container gets of CDI devices and GPUs. */
export interface CdiGrant {
  readonly edits: ContainerEdits;
  /** What a person should know, a line each. */
  readonly notices: readonly string[];
}

/** Where it comes from. */
export interface CdiGrantOptions {
  readonly host: HostFiles;
  /** Whether the engine gives CDI devices itself. */
  readonly hasCdi: boolean;
  /** The directories of documents; those of engines unless told. */
  readonly directories?: readonly string[];
}

const NOTHING: CdiGrant = { edits: NO_EDITS, notices: [] };

/**
 * What a service gets for the CDI devices and GPUs that it asks for. An engine with CDI is asked by name; for another
 * one the edits of the documents are applied, and for GPUs without a document those that one would have. What asks for
 * nothing costs nothing.
 *
 * @throws SampanError `unavailable` when a device that must be there is not.
 */
export async function cdiGrant(service: Service, options: CdiGrantOptions): Promise<CdiGrant> {
  const wishes = cdiWishes(service);
  if (wishes.names.length + wishes.gpus.length + wishes.others.length === 0) return NOTHING;
  const registry = readRegistry(options.host, options.directories);
  const source = await sourceOf(wishes, registry, options);
  const { names, notices } = namesOf(service.name, wishes, source);
  const requests = source.hasNvidia ? wishes.others : [...wishes.others, ...wishes.gpus];
  const told = source.hasNvidia || wishes.gpus.length === 0 ? notices : [...notices, unseen(service.name)];
  const isKnownToEngine =
    options.hasCdi && !source.isStale && names.every(name => registry.find(name) !== undefined);
  if (isKnownToEngine)
    return { edits: { ...NO_EDITS, requests: [...asked(names), ...requests] }, notices: told };
  const applied = applyEdits(options.host, editsFor(names, source), service.environment);
  const lost = applied.notices.map(text => `${service.name}: ${text}`);
  return { edits: { ...applied.edits, requests }, notices: [...told, ...source.notices, ...lost] };
}

function unseen(service: string): string {
  return `${service}: no NVIDIA GPU is seen here; the engine is asked for it as it is written`;
}

function asked(names: readonly string[]): ContainerEdits['requests'] {
  return names.length === 0 ? [] : [{ driver: 'cdi', deviceIds: names, capabilities: [] }];
}

/** Documents of the machine, and what stands for one that is missing. */
interface Source {
  readonly names: readonly string[];
  readonly hasNvidia: boolean;
  /** Its document of NVIDIA names what is gone: an engine would fail with it. */
  readonly isStale: boolean;
  readonly notices: readonly string[];
  find(
    name: string,
  ): { readonly document: Omit<CdiDocument, 'cdiVersion'>; readonly edits: CdiEdits } | undefined;
}

async function sourceOf(
  wishes: CdiWishes,
  registry: CdiRegistry,
  { host, hasCdi }: CdiGrantOptions,
): Promise<Source> {
  const isAsked =
    wishes.gpus.length > 0 || wishes.names.some(({ name }) => name.startsWith(`${NVIDIA_KIND}=`));
  const files = registry.files.filter(({ document }) => document?.kind === NVIDIA_KIND);
  const isSound = files.every(
    ({ document }) => document === undefined || staleIn(host, document) === undefined,
  );
  // A document that is not true any more gives mounts of files that are gone.
  const found = isAsked && (files.length === 0 || !isSound) ? await discoverNvidia(host) : undefined;
  const own = new Map(
    found?.devices.map(({ name, containerEdits }) => [`${NVIDIA_KIND}=${name}`, containerEdits]),
  );
  const isStale = isAsked && !isSound;
  const advice = isStale
    ? ['the CDI document of NVIDIA is stale: sampan devices cdi --nvidia writes it again']
    : [];
  const names = [...new Set([...registry.names, ...own.keys()])].sort();
  return {
    names,
    hasNvidia: names.some(name => name.startsWith(`${NVIDIA_KIND}=`)),
    isStale,
    notices: [...advice, ...(hasCdi ? [] : (found?.notices ?? []))],
    find: name => {
      const edits = own.get(name);
      if (edits !== undefined && found !== undefined) return { document: found, edits };
      const device = registry.find(name);
      return device && { document: device.document, edits: device.device.containerEdits };
    },
  };
}

function namesOf(
  service: string,
  { names, gpus }: CdiWishes,
  source: Source,
): { readonly names: readonly string[]; readonly notices: readonly string[] } {
  const notices: string[] = [];
  const found = names.flatMap(({ name, isRequired }) => {
    if (source.find(name) !== undefined) return [name];
    const text = `${service}: no CDI document has ${name}${nearby(name, source.names)}`;
    if (isRequired)
      throw new SampanError('unavailable', text, {
        remedy: 'write a document with sampan devices cdi, or say required: false below x-sampan: devices',
      });
    notices.push(`${text}; it is left out`);
    return [];
  });
  const wanted = source.hasNvidia ? gpus.flatMap(request => gpuNames(request, source.names, service)) : [];
  return { names: [...new Set([...found, ...wanted])], notices };
}

function nearby(name: string, names: readonly string[]): string {
  const kind = parseQualified(name)?.kind ?? '';
  const same = names.filter(one => one.startsWith(`${kind}=`));
  const shown = same.length > 0 ? same : names;
  return shown.length === 0 ? '' : `; there are ${shown.slice(0, 10).join(', ')}`;
}

/** The edits of documents once each, and those of their devices. */
function editsFor(names: readonly string[], source: Source): readonly CdiEdits[] {
  const found = names.flatMap(name => source.find(name) ?? []);
  const shared = new Set(found.map(({ document }) => document));
  return [
    ...[...shared].flatMap(({ containerEdits }) => containerEdits ?? []),
    ...found.map(({ edits }) => edits),
  ];
}
