import { resolve } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import {
  type CdiDocument,
  type CdiFile,
  DEVICE_KIND,
  discoverNvidia,
  NVIDIA_KIND,
  problemText,
  readRegistry,
  renewed,
  staleIn,
} from '../../run/cdi/index.ts';
import type { Context } from '../context/index.ts';
import { writeJson } from '../output/index.ts';
import type { CdiMachine, CdiOptions } from './cdi-machine.ts';

/** Whether a document is true. */
interface Checked {
  readonly path: string;
  readonly kind: string;
  readonly reasons: readonly string[];
}

/**
 * Compares the documents with the machine.
 *
 * @throws SampanError `unproven` when one is not true any more, or is missing.
 */
export async function checkDocuments(
  { stdout, stderr, cwd }: Context,
  machine: CdiMachine,
  { nvidia, output, json }: CdiOptions,
): Promise<void> {
  const directories = output === undefined ? machine.directories : [resolve(cwd, output)];
  const { files } = readRegistry(machine.files, directories);
  const checked: Checked[] = [];
  for (const file of files) checked.push(await check(file, machine));
  if (nvidia && !files.some(({ document }) => document?.kind === NVIDIA_KIND))
    checked.push({ path: directories[0] ?? '', kind: NVIDIA_KIND, reasons: ['no document is there'] });
  const stale = checked.filter(({ reasons }) => reasons.length > 0);
  if (json) writeJson(stdout, 'sampan.devices-cdi/1', { checked });
  else if (checked.length === 0) stderr.write(`no CDI document is in ${directories.join(', ')}\n`);
  else stdout.write(checked.map(textOf).join(''));
  if (stale.length > 0)
    throw new SampanError('unproven', `${stale.length} of ${checked.length} CDI documents are not true`, {
      remedy: 'sampan devices cdi writes its own again, and those of NVIDIA; correct the others by hand',
    });
}

async function check({ path, document, problems }: CdiFile, machine: CdiMachine): Promise<Checked> {
  if (document === undefined) return { path, kind: '', reasons: problems.map(problemText) };
  try {
    const stale = staleIn(machine.files, document, await presentOf(document, machine));
    return { path, kind: document.kind, reasons: stale?.reasons ?? [] };
  } catch (error) {
    if (!(error instanceof SampanError)) throw error;
    return { path, kind: document.kind, reasons: [error.message] };
  }
}

/** What the machine has now of the kind of a document. */
async function presentOf(
  document: CdiDocument,
  machine: CdiMachine,
): Promise<Omit<CdiDocument, 'cdiVersion'> | undefined> {
  if (document.kind === DEVICE_KIND) return renewed(document, machine.devices());
  return document.kind === NVIDIA_KIND ? await discoverNvidia(machine.files) : undefined;
}

function textOf({ path, kind, reasons }: Checked): string {
  if (reasons.length === 0) return `${path}: ${kind} is true\n`;
  return `${path}: ${kind === '' ? 'no document' : `${kind} is stale`}\n${reasons.map(one => `  ${one}\n`).join('')}`;
}
