import { type Digest, parseDigest } from '../../../core/bytes/index.ts';
import { SampanError, wrap } from '../../../core/errors/index.ts';
import type { Footprint } from '../../rootfs/index.ts';
import type { Evidence } from './types.ts';

const SCHEMA = 'sampan.evidence/1';
const KINDS: ReadonlySet<string> = new Set(['read', 'followed', 'listed']);
const MAX_PATHS = 5_000_000;

/** Evidence as a JSON document, which {@link parseEvidence} reads. The same evidence gives the same text. */
export function formatEvidence(evidence: Evidence): string {
  const byKind = (kind: Footprint['kind']): string[] =>
    evidence.footprints.filter(print => print.kind === kind).map(print => print.path);
  const document = {
    schema: SCHEMA,
    image: evidence.image,
    read: byKind('read'),
    followed: byKind('followed'),
    listed: byKind('listed'),
    lookups: evidence.lookups,
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

/**
 * Reads a document of evidence.
 *
 * @throws SampanError `invalid` when it is not one, `unsupported` for another version.
 */
export function parseEvidence(text: string, name: string): Evidence {
  const document = objectOf(text, name);
  if (document.get('schema') !== SCHEMA) {
    throw new SampanError('unsupported', `${name}: not a document of the kind ${SCHEMA}`, {
      remedy: 'write it with: sampan observe IMAGE --output FILE',
    });
  }
  const footprints: Footprint[] = [];
  for (const kind of ['read', 'followed', 'listed'] as const) {
    for (const path of pathsOf(document.get(kind), `${name}: ${kind}`)) footprints.push({ path, kind });
  }
  const lookups = pathsOf(document.get('lookups') ?? [], `${name}: lookups`);
  return { image: imageOf(document.get('image'), name), footprints, lookups };
}

function imageOf(value: unknown, name: string): Digest {
  try {
    return parseDigest(value);
  } catch (error) {
    throw wrap(`${name}: image`, error);
  }
}

function objectOf(text: string, name: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return new Map(Object.entries(value));
  } catch (error) {
    throw new SampanError('invalid', `${name}: not JSON`, { cause: error });
  }
  throw new SampanError('invalid', `${name}: not a JSON object`);
}

function pathsOf(value: unknown, name: string): string[] {
  if (!Array.isArray(value) || value.length > MAX_PATHS)
    throw new SampanError('invalid', `${name}: not a list of paths`);
  return value.map((path: unknown) => {
    if (typeof path === 'string' && path.startsWith('/')) return path;
    const what = typeof path === 'string' ? JSON.stringify(path.slice(0, 80)) : `a ${typeof path}`;
    throw new SampanError('invalid', `${name}: ${what} is not an absolute path`);
  });
}

/**
 * All that several runs of one image showed.
 *
 * @throws SampanError `invalid` when one of them is of another image.
 */
export function mergeEvidence(image: Digest, all: readonly Evidence[]): Evidence {
  const footprints = new Map<string, Footprint>();
  const lookups = new Set<string>();
  for (const each of all) {
    if (each.image !== image) {
      throw new SampanError('invalid', `the evidence is of another image: ${each.image}, wanted ${image}`, {
        remedy: 'observe this image again; evidence of an older build does not fit',
      });
    }
    for (const print of each.footprints) if (KINDS.has(print.kind)) footprints.set(print.path, print);
    for (const path of each.lookups) lookups.add(path);
  }
  const sorted = [...footprints.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { image, footprints: sorted, lookups: [...lookups].sort() };
}
