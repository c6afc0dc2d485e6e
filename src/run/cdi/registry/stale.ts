import { type CdiDocument, type CdiEdits, editsIn } from '../document/index.ts';
import type { HostFiles } from '../files/index.ts';
import { driverVersion, type NvidiaFound, versionIn } from '../nvidia/index.ts';

/** Why a document is not true any more. */
export interface Stale {
  /** One line each. */
  readonly reasons: readonly string[];
}

const SHOWN = 5;

/**
 * Compares a document with the machine: what it names must be there, and what belongs to a driver must belong to the
 * one that the kernel runs. `now` is what the machine has of the same kind, where that is known.
 */
export function staleIn(
  host: HostFiles,
  document: CdiDocument,
  now?: Omit<CdiDocument, 'cdiVersion'> | NvidiaFound,
): Stale | undefined {
  const paths = [...new Set(editsIn(document).flatMap(pathsOf))];
  const gone = paths.filter(path => host.real(path) === undefined);
  const reasons = [
    ...driverReasons(host, document.kind, paths),
    ...listed(gone, 'is not there', 'are not there'),
    ...(now === undefined ? [] : differences(document, now)),
  ];
  return reasons.length === 0 ? undefined : { reasons };
}

/** Everything of the host that edits name. */
function pathsOf({ deviceNodes = [], mounts = [], hooks = [] }: CdiEdits): readonly string[] {
  const binds = mounts.filter(({ type = '' }) => ['', 'bind', 'none'].includes(type));
  return [
    ...deviceNodes.map(({ path, hostPath = '' }) => (hostPath === '' ? path : hostPath)),
    ...binds.map(({ hostPath }) => hostPath),
    ...hooks.map(({ path }) => path),
  ];
}

function driverReasons(host: HostFiles, kind: string, paths: readonly string[]): readonly string[] {
  if (!kind.startsWith('nvidia.com/')) return [];
  const running = driverVersion(host);
  const written = [...new Set(paths.flatMap(path => versionIn(path) ?? []))];
  const others = written.filter(version => version !== running);
  if (running === undefined || others.length === 0) return [];
  return [`it is for driver ${others.join(', ')}, and ${running} runs`];
}

function listed(paths: readonly string[], one: string, many: string): readonly string[] {
  if (paths.length === 0) return [];
  const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : '';
  return [`${paths.slice(0, SHOWN).join(', ')}${more} ${paths.length === 1 ? one : many}`];
}

/** Devices that came, went or changed, and files that came. */
function differences(before: CdiDocument, now: Omit<CdiDocument, 'cdiVersion'>): readonly string[] {
  const old = new Map(before.devices.map(({ name, containerEdits }) => [name, nodesOf(containerEdits)]));
  const fresh = new Map(now.devices.map(({ name, containerEdits }) => [name, nodesOf(containerEdits)]));
  const added = [...fresh.keys()].filter(name => !old.has(name));
  const removed = [...old.keys()].filter(name => !fresh.has(name));
  const changed = [...fresh].flatMap(([name, nodes]) =>
    old.has(name) && old.get(name) !== nodes ? [name] : [],
  );
  const mounts = new Set((before.containerEdits?.mounts ?? []).map(({ hostPath }) => hostPath));
  const missing = (now.containerEdits?.mounts ?? [])
    .map(({ hostPath }) => hostPath)
    .filter(path => !mounts.has(path));
  return [
    ...listed(added, 'is new', 'are new'),
    ...listed(removed, 'is gone', 'are gone'),
    ...listed(changed, 'has other nodes', 'have other nodes'),
    ...listed(missing, 'is not in it', 'are not in it'),
  ];
}

function nodesOf({ deviceNodes = [] }: CdiEdits): string {
  const paths = deviceNodes.map(({ path, hostPath = path }) => `${hostPath}\n${path}`);
  return paths.sort().join('\n\n');
}
