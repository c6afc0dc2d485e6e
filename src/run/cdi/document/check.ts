import { checkEdits, isEmptyEdits } from './check-edits.ts';
import { isAnnotationKey, isDeviceName, kindProblem } from './names.ts';
import type { Problems } from './problems.ts';
import type { CdiDocument } from './types.ts';
import { editsIn, isKnownVersion, isOlder, smallestVersion } from './versions.ts';

const MAX_ANNOTATION_BYTES = 256 * 1024;

/** Tells what the reference loader would refuse in a document, and paths that are not absolute. */
export function checkDocument(document: CdiDocument, problems: Problems): void {
  checkVersion(document, problems);
  const kind = kindProblem(document.kind);
  if (kind !== undefined) problems.add('kind', `${JSON.stringify(document.kind)} ${kind}`);
  checkAnnotations(document.annotations, 'annotations', problems);
  if (document.containerEdits !== undefined) checkEdits(document.containerEdits, 'containerEdits', problems);
  if (document.devices.length === 0) problems.add('devices', 'there must be one at least');
  const seen = new Set<string>();
  for (const [index, { name, annotations, containerEdits }] of document.devices.entries()) {
    const path = `devices[${index}]`;
    if (!isDeviceName(name))
      problems.add(
        `${path}.name`,
        `${JSON.stringify(name)} is no name: a letter or digit first and last, and _ - . : between`,
      );
    if (seen.has(name)) problems.add(`${path}.name`, `${name} is there twice`);
    seen.add(name);
    checkAnnotations(annotations, `${path}.annotations`, problems);
    if (isEmptyEdits(containerEdits)) problems.add(`${path}.containerEdits`, 'must change something');
    checkEdits(containerEdits, `${path}.containerEdits`, problems);
  }
}

function checkVersion(document: CdiDocument, problems: Problems): void {
  const { cdiVersion } = document;
  if (!isKnownVersion(cdiVersion)) {
    problems.add('cdiVersion', `${JSON.stringify(cdiVersion)} is no version of the specification`);
    return;
  }
  const smallest = smallestVersion(document);
  if (isOlder(cdiVersion, smallest))
    problems.add('cdiVersion', `must be ${smallest} at least: fields are newer than ${cdiVersion}`);
  const hasGone = editsIn(document).some(
    ({ intelRdt }) => intelRdt?.enableCMT !== undefined || intelRdt?.enableMBM !== undefined,
  );
  if (hasGone && !isOlder(cdiVersion, '1.1.0'))
    problems.add(
      'containerEdits.intelRdt',
      'enableCMT and enableMBM are gone in 1.1.0; enableMonitoring is there',
    );
}

function checkAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
  problems: Problems,
): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    if (!isAnnotationKey(key)) problems.add(path, `${JSON.stringify(key)} is no key of an annotation`);
  }
  if (bytes > MAX_ANNOTATION_BYTES) problems.add(path, `are longer than ${MAX_ANNOTATION_BYTES} bytes`);
}
