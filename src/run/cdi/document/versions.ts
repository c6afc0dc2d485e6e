import type { CdiDocument, CdiEdits } from './types.ts';

/** The released versions of the specification, oldest first. */
const CDI_VERSIONS: readonly string[] = [
  '0.1.0',
  '0.2.0',
  '0.3.0',
  '0.4.0',
  '0.5.0',
  '0.6.0',
  '0.7.0',
  '0.8.0',
  '1.0.0',
  '1.1.0',
];

/** The first version in which fields of a document are known. (CDI specification, "Released versions") */
export function smallestVersion(document: Omit<CdiDocument, 'cdiVersion'>): string {
  const edits = editsIn(document);
  if (edits.some(needs110)) return '1.1.0';
  if (edits.some(({ intelRdt, additionalGids = [] }) => intelRdt !== undefined || additionalGids.length > 0))
    return '0.7.0';
  if (needs060(document)) return '0.6.0';
  const hasHostPath = edits.some(({ deviceNodes = [] }) =>
    deviceNodes.some(({ hostPath = '' }) => hostPath !== ''),
  );
  if (hasHostPath || document.devices.some(({ name }) => /^[0-9]/.test(name))) return '0.5.0';
  const hasType = edits.some(({ mounts = [] }) => mounts.some(({ type = '' }) => type !== ''));
  return hasType ? '0.4.0' : '0.3.0';
}

/** Whether a version comes before another; both known. */
export function isOlder(version: string, than: string): boolean {
  return placeOf(version) < placeOf(than);
}

/** Whether a version was released. A leading `v` is allowed, as the reference loader does. */
export function isKnownVersion(version: string): boolean {
  return placeOf(version) >= 0;
}

function placeOf(version: string): number {
  return CDI_VERSIONS.indexOf(version.replace(/^v/, ''));
}

function needs110({ netDevices = [], intelRdt }: CdiEdits): boolean {
  return netDevices.length > 0 || intelRdt?.schemata !== undefined || intelRdt?.enableMonitoring === true;
}

function needs060({ annotations = {}, devices, kind }: Omit<CdiDocument, 'cdiVersion'>): boolean {
  const all = [annotations, ...devices.map(device => device.annotations ?? {})];
  return all.some(one => Object.keys(one).length > 0) || (kind.split('/')[1] ?? '').includes('.');
}

/** The edits of all of a document: its own, and those of its devices. */
export function editsIn({
  containerEdits,
  devices,
}: Pick<CdiDocument, 'containerEdits' | 'devices'>): readonly CdiEdits[] {
  const own = devices.map(device => device.containerEdits);
  return containerEdits === undefined ? own : [containerEdits, ...own];
}
