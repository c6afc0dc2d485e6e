import { dirname, join, resolve } from 'node:path';
import { bytesContent, contentStream, writeAtomically } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import {
  type CdiDocument,
  type CdiRegistry,
  DEVICE_KIND,
  devicesFor,
  discoverNvidia,
  documentJson,
  documentOf,
  fileName,
  NVIDIA_KIND,
  readRegistry,
  renewed,
} from '../../run/cdi/index.ts';
import { readSelector } from '../../run/compose/index.ts';
import type { Context } from '../context/index.ts';
import { writeJson } from '../output/index.ts';
import { checkDocuments } from './cdi-check.ts';
import { type CdiMachine, type CdiOptions, cdiMachine } from './cdi-machine.ts';

/** A document to write, and where. */
interface Draft {
  readonly document: CdiDocument;
  readonly path: string;
}

/** Writes CDI documents, or checks those that are there. */
export async function runCdi(context: Context, options: CdiOptions, root = '/'): Promise<void> {
  const machine = cdiMachine(root);
  if (options.check) return await checkDocuments(context, machine, options);
  const isPrinted = options.output === '-';
  const [usual = ''] = machine.directories;
  const directory = options.output === undefined || isPrinted ? usual : resolve(context.cwd, options.output);
  const registry = readRegistry(machine.files, [...new Set([...machine.directories, directory])]);
  const place = { root, directory, registry, isPrinted };
  const notices: string[] = [];
  const drafts = await draftsOf(options, machine, { ...place, warn: text => notices.push(text) });
  for (const text of notices) context.stderr.write(`! ${text}\n`);
  if (isPrinted) {
    print(context, drafts);
    return;
  }
  for (const { document, path } of drafts)
    await writeAtomically(path, contentStream(bytesContent(Buffer.from(documentJson(document)))), {
      signal: context.signal,
      mode: 0o644,
    });
  tell(context, drafts, { notices, json: options.json });
}

interface DraftContext {
  readonly root: string;
  readonly directory: string;
  readonly registry: CdiRegistry;
  readonly isPrinted: boolean;
  readonly warn: (text: string) => void;
}

async function draftsOf(
  { selectors, nvidia }: CdiOptions,
  machine: CdiMachine,
  to: DraftContext,
): Promise<readonly Draft[]> {
  const isRepair = selectors.length === 0 && !nvidia;
  const written = new Set(to.registry.files.flatMap(({ document }) => document?.kind ?? []));
  const drafts: Draft[] = [];
  if (nvidia || (isRepair && written.has(NVIDIA_KIND))) drafts.push(await nvidiaDraft(machine, to));
  if (selectors.length > 0 || (isRepair && written.has(DEVICE_KIND)))
    drafts.push(deviceDraft(selectors, machine, to));
  if (drafts.length === 0)
    throw new SampanError('usage', 'there is no CDI document to write again', {
      remedy: 'name devices by selectors, or say --nvidia',
    });
  return drafts;
}

async function nvidiaDraft({ files }: CdiMachine, to: DraftContext): Promise<Draft> {
  const found = await discoverNvidia(files);
  if (found === undefined)
    throw new SampanError('unavailable', 'no NVIDIA GPU is here', {
      remedy: 'load its driver: nvidia-smi shows whether it works',
    });
  for (const text of found.notices) to.warn(text);
  const { kind, devices, containerEdits = {} } = found;
  const document = documentOf({ kind, devices, containerEdits });
  return { document, path: placeFor(kind, to) };
}

/** Devices that were written before stay in the document. */
function deviceDraft(selectors: readonly string[], machine: CdiMachine, to: DraftContext): Draft {
  const all = machine.devices();
  const fresh = devicesFor(selectors.map(readSelector), all);
  const path = placeFor(DEVICE_KIND, to);
  const before = to.registry.files.find(file => join(to.root, file.path) === path)?.document;
  const kept = before === undefined ? [] : renewed(before, all).devices;
  const devices = [...new Map([...kept, ...fresh].map(device => [device.name, device])).values()];
  return { document: documentOf({ kind: DEVICE_KIND, devices }), path };
}

/** Where a kind already is in a directory: two files that claim one device are both left out by engines. */
function placeFor(kind: string, { root, directory, registry, isPrinted, warn }: DraftContext): string {
  const same = registry.files.filter(({ document }) => document?.kind === kind).map(({ path }) => path);
  const own = same.find(path => dirname(path) === directory);
  const path = own ?? join(directory, `${fileName(kind)}.json`);
  const others = same.filter(one => one !== path);
  if (others.length > 0 && !isPrinted)
    warn(`${others.join(', ')} has devices of ${kind} too: remove it, or engines take that or neither`);
  return join(root, path);
}

function print({ stdout }: Context, drafts: readonly Draft[]): void {
  if (drafts.length > 1)
    throw new SampanError(
      'usage',
      'one document is printed: ask for selectors or for --nvidia, not for both',
    );
  for (const { document } of drafts) stdout.write(documentJson(document));
}

function tell(
  { stdout }: Context,
  drafts: readonly Draft[],
  { notices, json }: { readonly notices: readonly string[]; readonly json: boolean },
): void {
  const written = drafts.map(({ path, document: { kind, cdiVersion, devices } }) => ({
    path,
    kind,
    version: cdiVersion,
    devices: devices.map(({ name }) => `${kind}=${name}`),
  }));
  if (json) {
    writeJson(stdout, 'sampan.devices-cdi/1', { written, notices });
    return;
  }
  for (const { path, version, devices } of written)
    stdout.write(`${path}: CDI ${version}\n${devices.map(name => `  ${name}\n`).join('')}`);
}
