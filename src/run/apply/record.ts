import { type ProjectSource, parseSource } from '../compose/index.ts';
import type { StateFiles } from '../module/index.ts';
import type { Held, ServiceVersions, Version, Versions } from './versions.ts';

const FILE = 'versions.json';

/** What was written for all projects; nothing for a file that is damaged. */
export async function readVersions(state: StateFiles): Promise<ReadonlyMap<string, Versions>> {
  const bytes = await state.read(FILE);
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes ?? []).toString());
    return new Map(entriesOf(value).map(([name, one]) => [name, parsed(one)]));
  } catch {
    return new Map();
  }
}

/** Writes it; the same again costs nothing. */
export async function writeVersions(state: StateFiles, all: ReadonlyMap<string, Versions>): Promise<void> {
  await state.write(FILE, Buffer.from(JSON.stringify(Object.fromEntries(all))));
}

function parsed(value: unknown): Versions {
  const { services, sources } = isRecord(value) ? value : {};
  const found: Record<string, ServiceVersions> = {};
  for (const [name, one] of entriesOf(services)) {
    const version = versionOf(one);
    if (version === undefined || !isRecord(one)) continue;
    const previous = versionOf(one.previous);
    found[name] = { ...version, ...(previous === undefined ? {} : { previous }), ...heldOf(one.held) };
  }
  const known = entriesOf(sources).flatMap(([key, one]): (readonly [string, ProjectSource])[] => {
    const source = parseSource(one);
    return source === undefined ? [] : [[key, source]];
  });
  return { services: found, sources: Object.fromEntries(known) };
}

function heldOf(value: unknown): { readonly held?: Held } {
  const [runs, refused] = isRecord(value) ? [versionOf(value.runs), versionOf(value.refused)] : [];
  return runs === undefined || refused === undefined ? {} : { held: { runs, refused } };
}

function versionOf(value: unknown): Version | undefined {
  if (!isRecord(value)) return undefined;
  const { imageId, hash, source } = value;
  return typeof imageId === 'string' && typeof hash === 'string' && typeof source === 'string'
    ? { imageId, hash, source }
    : undefined;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
