import { posix } from 'node:path';
import {
  type CdiDevice,
  type CdiDocument,
  type CdiProblem,
  MAX_DOCUMENT_BYTES,
  parseQualified,
  qualifiedName,
  readDocument,
} from '../document/index.ts';
import type { HostFiles } from '../files/index.ts';

/** Where engines look for documents; the second wins where both have a device. */
export const CDI_DIRECTORIES = ['/etc/cdi', '/var/run/cdi'];

/** A file in one of them. */
export interface CdiFile {
  readonly path: string;
  /** Undefined when it is not sound. */
  readonly document: CdiDocument | undefined;
  readonly problems: readonly CdiProblem[];
}

/** A device with the document that it is in. */
export interface FoundDevice {
  readonly device: CdiDevice;
  readonly document: CdiDocument;
  readonly path: string;
}

/** The documents of a machine. */
export interface CdiRegistry {
  readonly files: readonly CdiFile[];
  /** All qualified names, sorted. */
  readonly names: readonly string[];
  /** The device of that name; undefined where there is none, or two files of one directory claim it. */
  find(name: string): FoundDevice | undefined;
}

const MAX_FILES = 256;

/** Reads all documents. Those that are not sound are kept with what is wrong, and give no device. */
export function readRegistry(host: HostFiles, directories: readonly string[] = CDI_DIRECTORIES): CdiRegistry {
  const byName = new Map<string, FoundDevice>();
  const files: CdiFile[] = [];
  for (const directory of directories) {
    const own = filesIn(host, directory);
    files.push(...own);
    for (const [name, found] of devicesOf(own)) {
      if (found === undefined) byName.delete(name);
      else byName.set(name, found);
    }
  }
  return {
    files,
    names: [...byName.keys()].sort(),
    find: name => (parseQualified(name) === undefined ? undefined : byName.get(name)),
  };
}

function filesIn(host: HostFiles, directory: string): readonly CdiFile[] {
  return host
    .names(directory)
    .filter(name => /\.(json|yaml)$/.test(name))
    .slice(0, MAX_FILES)
    .map(name => readFile(host, posix.join(directory, name)));
}

function readFile(host: HostFiles, path: string): CdiFile {
  const bytes = host.bytes(path, MAX_DOCUMENT_BYTES + 1);
  if (bytes === undefined)
    return { path, document: undefined, problems: [{ path: '', message: 'cannot be read' }] };
  return { path, ...readDocument(bytes.toString('utf8')) };
}

/** Devices by their names; undefined for what two files claim. */
function devicesOf(files: readonly CdiFile[]): ReadonlyMap<string, FoundDevice | undefined> {
  const found = new Map<string, FoundDevice | undefined>();
  for (const { document, path } of files)
    for (const device of document?.devices ?? []) {
      const name = qualifiedName({ kind: document?.kind ?? '', name: device.name });
      const isClaimed = found.has(name);
      found.set(name, isClaimed || document === undefined ? undefined : { device, document, path });
    }
  return found;
}
