import type { Tree } from '../../tree/index.ts';
import { findStrings, LIBRARY_NAME } from '../elf/index.ts';
import { ElfFiles, type Found } from './files.ts';
import { type Flavour, flavourKey, flavourOf } from './flavour.ts';
import { type Listener, loadAll, openByName, preloadNames, processOf } from './process.ts';
import type { Process, Searches } from './search.ts';
import type { Closure, LibraryFile, LibraryReason, LoaderOptions, MissingLibrary } from './types.ts';

/** A library that a file may open at run time: its name stands in the data of the file. */
export interface DlopenCandidate {
  /** The real path of the library. */
  readonly path: string;
  readonly reason: LibraryReason;
}

/** The libraries of a tree, as its loaders find them. What was once looked up is remembered. */
export interface Libraries {
  /**
   * All that is mapped when the programs and libraries at `paths` are loaded, themselves with it, each in
   * a process of its own. Paths that lead to no ELF file are passed over; what is missing is reported.
   *
   * @throws SampanError `limit` when more than `maxLookups` paths were tried.
   */
  closure(paths: Iterable<string>): Closure;
  /**
   * The libraries whose names stand in the data of a file, and that its loader would find: weaker evidence,
   * for `dlopen`. What the file needs anyway is left out. Empty for what is not ELF.
   */
  dlopenCandidates(path: string): readonly DlopenCandidate[];
}

/** Opens the libraries of a tree, for processes with the given environment. */
export function librariesIn(tree: Tree, options: LoaderOptions = {}): Libraries {
  const files = new ElfFiles(tree, options.maxLookups ?? 1_000_000);
  const flavours = new Map<string, Flavour>();
  const searches: Searches = new Map();
  const processFor = (root: Found): Process => {
    const key = flavourKey(root.elf);
    const flavour = flavours.get(key) ?? flavourOf(files, root);
    flavours.set(key, flavour);
    return processOf(files, root, { flavour, options, searches });
  };
  const load = (root: Found, listener: Listener): readonly string[] => {
    const process = processFor(root);
    loadAll(process, preloadNames(process, options), listener);
    return process.flavour.configuration;
  };
  return {
    closure: paths =>
      closureOf(
        [...paths].flatMap(path => files.find(path) ?? []),
        load,
      ),
    dlopenCandidates: path => {
      const root = files.find(path);
      return root === undefined ? [] : candidatesOf(processFor(root));
    },
  };
}

const MAX_CANDIDATES = 4096;

function candidatesOf(process: Process): readonly DlopenCandidate[] {
  const root = process.program;
  const { needed, soname } = root.elf;
  return findStrings(root.node.content, LIBRARY_NAME, { maxResults: MAX_CANDIDATES })
    .filter(name => !needed.includes(name) && name !== soname)
    .flatMap(name => openByName(process, name) ?? [])
    .filter(hit => hit.found.node !== root.node)
    .map(hit => ({ path: hit.found.node.path, reason: hit.reason }));
}

function closureOf(
  roots: Iterable<Found>,
  load: (root: Found, listener: Listener) => readonly string[],
): Closure {
  const files = new Map<string, LibraryFile & { readonly reasons: LibraryReason[] }>();
  const seen = new Set<string>();
  const missing = new Map<string, MissingLibrary>();
  const configuration = new Set<string>();
  const listener: Listener = {
    found: ({ node, elf }, reason) => {
      const file = files.get(node.path) ?? { path: node.path, elf, reasons: [] };
      files.set(node.path, file);
      const key = `${node.path}\0${reason.role}\0${reason.from}\0${reason.name}\0${reason.opened}`;
      if (!seen.has(key)) file.reasons.push(reason);
      seen.add(key);
    },
    missing: what => missing.set(`${what.role}\0${what.from}\0${what.name}`, what),
  };
  for (const root of new Set(roots)) {
    listener.found(root, rootReason(root));
    for (const file of load(root, listener)) configuration.add(file);
  }
  return { files, missing: [...missing.values()], configuration: [...configuration] };
}

function rootReason({ opened, via }: Found): LibraryReason {
  const links = via.map(link => link.path);
  return { role: 'root', from: undefined, name: opened, opened, foundBy: 'path', via: links };
}

/** The way from a root to a file of a closure: the reasons, the root's first; empty for another file. */
export function chainTo(closure: Closure, path: string): readonly LibraryReason[] {
  const chain: LibraryReason[] = [];
  for (let at: string | undefined = path; at !== undefined && chain.length <= closure.files.size; ) {
    const reason: LibraryReason | undefined = closure.files.get(at)?.reasons[0];
    if (reason === undefined) break;
    chain.unshift(reason);
    at = reason.from;
  }
  return chain;
}
