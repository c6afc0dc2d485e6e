import type { ImageConfig } from '../../core/oci/index.ts';
import type { Inspected, Inspection, PackageFigures } from '../inspect/index.ts';
import { compareFiles } from './files.ts';
import type { ConfigChange, ImageDiff, LayerChange, PackageChange } from './types.ts';

/** Compares two images: by file, package, layer and configuration. Contents are read only where sizes agree. */
export function diffImages(before: Inspected, after: Inspected): ImageDiff {
  const [a, b] = [before.inspection, after.inspection];
  const layers = compareLayers(a, b);
  return {
    before: { image: a.image, id: a.id, sizeBytes: a.totals.sizeBytes },
    after: { image: b.image, id: b.id, sizeBytes: b.totals.sizeBytes },
    growthBytes: b.totals.sizeBytes - a.totals.sizeBytes,
    ...compareFiles(before.ground, after.ground),
    packages: comparePackages(a.packages, b.packages),
    layers,
    config: compareConfigs(before.ground.config, after.ground.config),
    updateBytes: layers
      .filter(layer => layer.status === 'added')
      .reduce((sum, layer) => sum + layer.compressedBytes, 0),
  };
}

function compareLayers(before: Inspection, after: Inspection): readonly LayerChange[] {
  const had = new Set(before.layers.map(layer => layer.diffId ?? layer.digest));
  const has = new Set(after.layers.map(layer => layer.diffId ?? layer.digest));
  const told = ({ diffId, instruction, compressedBytes }: Inspection['layers'][number]) => ({
    diffId,
    instruction,
    compressedBytes,
  });
  return [
    ...after.layers.map(
      layer =>
        ({ ...told(layer), status: had.has(layer.diffId ?? layer.digest) ? 'shared' : 'added' }) as const,
    ),
    ...before.layers
      .filter(layer => !has.has(layer.diffId ?? layer.digest))
      .map(layer => ({ ...told(layer), status: 'removed' }) as const),
  ];
}

/** Packages that came, went, or have another version; the largest difference first. */
export function comparePackages(
  before: readonly PackageFigures[],
  after: readonly PackageFigures[],
): readonly PackageChange[] {
  const [old, now] = [byName(before), byName(after)];
  const changes: PackageChange[] = [];
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [a, b] = [old.get(key), now.get(key)];
    const versions = [versionsOf(a), versionsOf(b)] as const;
    const [type = '', name = ''] = key.split('\0');
    if (versions[0] === versions[1]) continue;
    changes.push({
      type,
      name,
      before: versions[0],
      after: versions[1],
      bytesBefore: bytesOf(a),
      bytesAfter: bytesOf(b),
    });
  }
  const weight = (each: PackageChange): number => Math.abs(each.bytesAfter - each.bytesBefore);
  return changes.sort((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : 1));
}

function byName(packages: readonly PackageFigures[]): Map<string, PackageFigures[]> {
  return Map.groupBy(packages, each => `${each.type}\0${each.name}`);
}

function versionsOf(packages: readonly PackageFigures[] | undefined): string {
  return [...new Set(packages?.map(each => each.version))].sort().join(', ');
}

function bytesOf(packages: readonly PackageFigures[] | undefined): number {
  return packages?.reduce((sum, each) => sum + each.bytes, 0) ?? 0;
}

function compareConfigs(before: ImageConfig, after: ImageConfig): readonly ConfigChange[] {
  const [a, b] = [membersOf(before), membersOf(after)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .map(name => ({ name, before: a.get(name) ?? '', after: b.get(name) ?? '' }))
    .filter(change => change.before !== change.after)
    .sort((x, y) => (x.name < y.name ? -1 : 1));
}

/** What decides how a container runs; each variable, label and port by itself. */
function membersOf({ config, os, architecture, variant }: ImageConfig): Map<string, string> {
  const members = new Map<string, string>([
    ['Platform', [os, architecture, variant].filter(Boolean).join('/')],
  ]);
  for (const [name, value] of Object.entries(config ?? {})) {
    if (name === 'Env' && Array.isArray(value)) {
      for (const each of value) {
        const [key = '', ...rest] = String(each).split('=');
        members.set(`Env ${key}`, rest.join('='));
      }
    } else if (name === 'Labels' && typeof value === 'object' && value !== null) {
      for (const [key, text] of Object.entries(value)) members.set(`Label ${key}`, String(text));
    } else if (NAMES.has(name) && value !== null && value !== '') members.set(name, JSON.stringify(value));
  }
  return members;
}

/** Members that a container sees; builders leave others behind (`Image`, `Hostname`). */
const NAMES: ReadonlySet<string> = new Set([
  'User',
  'ExposedPorts',
  'Entrypoint',
  'Cmd',
  'Volumes',
  'WorkingDir',
  'StopSignal',
  'Shell',
  'Healthcheck',
]);
