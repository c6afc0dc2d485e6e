import { basename } from 'node:path';
import { parseReference, shortReference } from '../../core/oci/index.ts';
import type { OpenImage } from '../../core/store/index.ts';

/** What a slim image is called unless told: `app:1.2-slim`, and `app:slim` for the latest. */
export function slimName(image: OpenImage): string {
  const { tag, digest: _, ...name } = parseReference(image.reference ?? fileName(image.name));
  return shortReference({ ...name, tag: tag === undefined || tag === 'latest' ? 'slim' : `${tag}-slim` });
}

/** What the evidence of an image is called unless told: `app-1.2.evidence.json`. */
export function evidenceFileName(image: OpenImage): string {
  const last = basename(image.reference ?? fileName(image.name));
  return `${last.replace(/[^A-Za-z0-9._-]+/g, '-')}.evidence.json`;
}

function fileName(source: string): string {
  const path = source.slice(source.indexOf(':') + 1);
  const stem = basename(path).replace(/(?:\.oci)?\.(?:tar|tgz|tar\.gz|tar\.zst)$/, '');
  const name = stem
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '');
  return name === '' ? 'image' : name;
}
