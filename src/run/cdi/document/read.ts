import { SampanError } from '../../../core/errors/index.ts';
import { checkDocument } from './check.ts';
import { document, type Read } from './fields.ts';
import { readPlain } from './plain.ts';
import { type CdiProblem, problemList, problemText } from './problems.ts';
import type { CdiDevice, CdiDocument, CdiEdits } from './types.ts';

/** No document is longer, in bytes. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;
const SHOWN = 5;

/** A document, or what is wrong with it. */
export type DocumentRead =
  | { readonly document: CdiDocument; readonly problems: readonly [] }
  | { readonly document: undefined; readonly problems: readonly CdiProblem[] };

/**
 * Reads a document in JSON or YAML as strictly as the reference loader: unknown fields, wrong names, double devices,
 * devices without edits, unknown hooks and permissions are problems, and so are relative paths and fields that are
 * newer than its version.
 */
export function readDocument(text: string): DocumentRead {
  const problems = problemList();
  const isLong = Buffer.byteLength(text) > MAX_DOCUMENT_BYTES;
  const plain = isLong ? null : (readPlain(text, problems) ?? null);
  if (plain === null && problems.found.length === 0) problems.add('', isLong ? 'is too long' : 'is empty');
  const read = plain === null ? undefined : document(plain, '', problems);
  const filled = read === undefined ? undefined : fill(read);
  if (filled !== undefined) checkDocument(filled, problems);
  if (filled === undefined || problems.found.length > 0)
    return { document: undefined, problems: problems.found };
  return { document: filled, problems: [] };
}

/** The same. @throws SampanError `invalid` with the first problems. */
export function parseDocument(text: string, name: string): CdiDocument {
  const read = readDocument(text);
  if (read.document !== undefined) return read.document;
  throw invalid(name, read.problems);
}

/** The error for a document with problems. */
export function invalid(name: string, problems: readonly CdiProblem[]): SampanError {
  const shown = problems.slice(0, SHOWN).map(problemText).join('; ');
  const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : '';
  return new SampanError('invalid', `${name} is not a CDI document: ${shown}${more}`, {
    remedy: 'correct it, or write it again with sampan devices cdi',
  });
}

/** Missing texts are empty: the check tells them. */
function fill({ cdiVersion = '', kind = '', devices = [], containerEdits, annotations }: Read): CdiDocument {
  return {
    cdiVersion,
    kind,
    ...(annotations === undefined ? {} : { annotations }),
    devices: devices.map(fillDevice),
    ...(containerEdits === undefined ? {} : { containerEdits: fillEdits(containerEdits) }),
  };
}

type ReadDevice = NonNullable<Read['devices']>[number];
type ReadEdits = NonNullable<Read['containerEdits']>;

function fillDevice({ name = '', annotations, containerEdits = {} }: ReadDevice): CdiDevice {
  const notes = annotations === undefined ? {} : { annotations };
  return { name, ...notes, containerEdits: fillEdits(containerEdits) };
}

function fillEdits({ deviceNodes, netDevices, mounts, hooks, ...rest }: ReadEdits): CdiEdits {
  return {
    ...rest,
    ...(deviceNodes && { deviceNodes: deviceNodes.map(one => ({ path: '', ...one })) }),
    ...(netDevices && { netDevices: netDevices.map(one => ({ hostInterfaceName: '', name: '', ...one })) }),
    ...(mounts && { mounts: mounts.map(one => ({ hostPath: '', containerPath: '', ...one })) }),
    ...(hooks && { hooks: hooks.map(one => ({ hookName: '', path: '', ...one })) }),
  };
}
