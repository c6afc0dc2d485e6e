import type { FileNode } from '../../tree/index.ts';
import { preloadedLibraries, splitPreload } from './conf.ts';
import { expandPath } from './expand.ts';
import { type ElfFiles, type Found, originsOf } from './files.ts';
import type { Flavour } from './flavour.ts';
import { type Hit, type Loaded, loadedBy, type Process, type Searches, searchLibrary } from './search.ts';
import type { LibraryReason, LibraryRole, LoaderOptions, MissingLibrary } from './types.ts';

/** What a process tells while it loads. */
export interface Listener {
  found(found: Found, reason: LibraryReason): void;
  missing(missing: MissingLibrary): void;
}

/** More libraries than any process has. */
const MAX_LOADED = 4096;

/** Prepares the process of a program, or of a library as if it were one. */
export function processOf(
  files: ElfFiles,
  program: Found,
  how: { readonly flavour: Flavour; readonly options: LoaderOptions; readonly searches: Searches },
): Process {
  const workingDirectory = how.options.workingDirectory ?? '/';
  const text = how.options.environment?.LD_LIBRARY_PATH ?? '';
  const tokens = { elf: program.elf, origins: originsOf(program) };
  const libraryPath = expandPath(text.split(/[:;\n]/), tokens, workingDirectory);
  return { files, flavour: how.flavour, program, libraryPath, workingDirectory, searches: how.searches };
}

interface Want {
  readonly role: LibraryRole;
  readonly name: string;
  readonly asker: Loaded;
}

/** Loads all that a program needs, breadth first, each library once, as a loader does. */
export function loadAll(process: Process, preload: readonly string[], listener: Listener): void {
  const { flavour, program } = process;
  const root = loadedBy(process, program, undefined);
  const isDynamic = program.elf.linkage === 'dynamic' || program.elf.linkage === 'library';
  if (!isDynamic) return;
  tellInterpreter(process, listener);
  const known = new Map<string, Hit>();
  const mapped = new Set<FileNode>([program.node]);
  const own = flavour.interpreter;
  if (own?.elf.soname !== undefined && flavour.libc === 'glibc') {
    known.set(own.elf.soname, { found: own, foundBy: 'loader', variants: [] });
  }
  const preloads = program.elf.interpreter === undefined ? [] : preload;
  const queue: Want[] = [
    ...preloads.map(name => ({ role: 'preload' as const, name, asker: root })),
    ...wantsOf(root),
  ];
  // Libraries are added while the queue is walked.
  for (const want of queue) {
    for (const next of loadOne(process, want, { known, mapped, listener })) queue.push(...wantsOf(next));
    if (mapped.size > MAX_LOADED) break;
  }
}

function tellInterpreter({ flavour, program }: Process, listener: Listener): void {
  const name = program.elf.interpreter;
  if (name === undefined) return;
  const from = program.node.path;
  const found = flavour.interpreter;
  if (found === undefined) listener.missing({ role: 'interpreter', name, from });
  else listener.found(found, reasonOf({ role: 'interpreter', name, from }, { found, foundBy: 'path' }));
}

function wantsOf(asker: Loaded): Want[] {
  const { needed, filters } = asker.found.elf;
  return [
    ...needed.map(name => ({ role: 'needed' as const, name, asker })),
    ...filters.map(name => ({ role: 'filter' as const, name, asker })),
  ];
}

/** Loads one library, unless the process has it; gives what is new. */
function loadOne(
  process: Process,
  want: Want,
  to: { readonly known: Map<string, Hit>; readonly mapped: Set<FileNode>; readonly listener: Listener },
): Loaded[] {
  const { role, name, asker } = want;
  const from = role === 'preload' ? undefined : asker.found.node.path;
  const before = to.known.get(name);
  const hit = before ?? searchLibrary(process, name, asker);
  if (hit === undefined) {
    if (role === 'needed' || role === 'preload') to.listener.missing({ role, name, from });
    return [];
  }
  to.listener.found(hit.found, reasonOf({ role, name, from }, hit));
  if (before !== undefined) return [];
  for (const alias of [name, hit.found.elf.soname]) if (alias !== undefined) to.known.set(alias, hit);
  const variants = hit.variants.map(found => {
    to.listener.found(found, reasonOf({ role: 'variant', name, from }, { found, foundBy: hit.foundBy }));
    return found;
  });
  const fresh = [hit.found, ...variants].filter(found => !to.mapped.has(found.node));
  for (const found of fresh) to.mapped.add(found.node);
  return fresh.map(found => loadedBy(process, found, asker));
}

function reasonOf(
  want: { readonly role: LibraryRole; readonly name: string; readonly from: string | undefined },
  hit: Pick<Hit, 'found' | 'foundBy'>,
): LibraryReason {
  const { found, foundBy } = hit;
  return { ...want, opened: found.opened, foundBy, via: found.via.map(link => link.path) };
}

/** What is loaded before all else: `LD_PRELOAD`, and glibc's file of the same purpose. */
export function preloadNames(process: Process, options: LoaderOptions): readonly string[] {
  const named = splitPreload(options.environment?.LD_PRELOAD ?? '');
  return process.flavour.libc === 'musl' ? named : [...named, ...preloadedLibraries(process.files.tree)];
}

/** One library that `asker` might open by name at run time; undefined when it is not there. */
export function openByName(
  process: Process,
  name: string,
): { found: Found; reason: LibraryReason } | undefined {
  const asker = loadedBy(process, process.program, undefined);
  const hit = searchLibrary(process, name, asker);
  if (hit === undefined) return undefined;
  return {
    found: hit.found,
    reason: reasonOf({ role: 'dlopen', name, from: process.program.node.path }, hit),
  };
}
