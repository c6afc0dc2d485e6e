import { posix } from 'node:path';
import { type Import, type Source, type Violation, violationAt } from './source.ts';

/** The rooms, in the order in which they may build on each other. */
const ROOMS = ['core', 'image', 'trust', 'carry', 'run', 'cli'];

/** Rooms import only from themselves and from rooms before them. */
export function roomOrder(source: Source): Violation[] {
  const own = roomOf(source.path);
  return edgesOf(source).flatMap(({ target, offset }) => {
    const other = roomOf(target);
    if (own < 0 || other <= own) return [];
    const message = `${ROOMS[own]} may not import from ${ROOMS[other]}: move the code to an earlier room, or hand it in as an argument`;
    return [violationAt(source, offset, message)];
  });
}

/**
 * A folder is entered through its `index.ts`. The folders within a folder that has one are its own business; a folder
 * without one only groups. Its own parents are open to a file, and to a test what it lies above.
 */
export function folderEntry(sources: readonly Source[]): Violation[] {
  const paths = new Set(sources.map(source => source.path));
  return sources.flatMap(source =>
    edgesOf(source).flatMap(({ target, offset }) => {
      if (roomOf(source.path) < 0 || roomOf(target) < 0 || mayEnter(source, target, paths)) return [];
      const door = doorOf(source.path, target, paths);
      return [violationAt(source, offset, `imports ${target}: import what it offers from ${door}`)];
    }),
  );
}

/** What a folder offers to the tests of others. */
const FOR_TESTS = /\/(testing|fixtures?)\/index\.ts$/;

function mayEnter(source: Source, target: string, paths: ReadonlySet<string>): boolean {
  const here = posix.dirname(source.path);
  const there = posix.dirname(target);
  if (isWithin(here, there) || (source.isTest && isWithin(there, here))) return true;
  if (source.isTest && FOR_TESTS.test(target)) return true;
  return target === doorOf(source.path, target, paths);
}

/** The `index.ts` of the outermost folder that is entered and has one; else of the innermost. */
function doorOf(from: string, target: string, paths: ReadonlySet<string>): string {
  const folders = posix.dirname(target).split('/');
  const doors = folders
    .map((_, depth) => folders.slice(0, depth + 1).join('/'))
    .filter(folder => !isWithin(posix.dirname(from), folder))
    .map(folder => `${folder}/index.ts`);
  return doors.find(door => paths.has(door)) ?? `${posix.dirname(target)}/index.ts`;
}

function isWithin(folder: string, outer: string): boolean {
  return folder === outer || folder.startsWith(`${outer}/`);
}

/** An `index.ts` only lists what its folder offers: `export { … } from`, name by name. */
export function indexIsList(source: Source): Violation[] {
  if (posix.basename(source.path) !== 'index.ts' || roomOf(source.path) < 0) return [];
  return source.program.body.flatMap(statement => {
    if (statement.type === 'ExportNamedDeclaration' && statement.source !== null) return [];
    const message = 'an index.ts has only "export { names } from …": move the rest to a file beside it';
    return [violationAt(source, statement.start, message)];
  });
}

/** What is published does not import tests. */
export function testsApart(sources: readonly Source[]): Violation[] {
  const tests = new Set(sources.filter(source => source.isTest).map(source => source.path));
  return sources
    .filter(source => !source.isTest && roomOf(source.path) >= 0)
    .flatMap(source =>
      edgesOf(source)
        .filter(({ target }) => tests.has(target))
        .map(({ target, offset }) => violationAt(source, offset, `imports ${target}, which is a test`)),
    );
}

/** No file imports itself by way of others; type-only imports count. One violation for each cycle found. */
export function cycles(sources: readonly Source[]): Violation[] {
  const byPath = new Map(sources.map(source => [source.path, source]));
  const done = new Set<string>();
  return sources.flatMap(source => cyclesFrom(source, byPath, done));
}

interface Step {
  readonly source: Source;
  readonly edges: Iterator<Edge>;
}

function cyclesFrom(start: Source, byPath: ReadonlyMap<string, Source>, done: Set<string>): Violation[] {
  if (done.has(start.path)) return [];
  const found: Violation[] = [];
  const trail: Step[] = [stepInto(start)];
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const next = top.edges.next();
    if (next.done) {
      done.add(top.source.path);
      trail.pop();
      continue;
    }
    const target = byPath.get(next.value.target);
    if (target === undefined || done.has(target.path)) continue;
    const at = trail.findIndex(step => step.source === target);
    if (at < 0) trail.push(stepInto(target));
    else found.push(violationAt(top.source, next.value.offset, cycleMessage(trail.slice(at), target)));
  }
  return found;
}

function stepInto(source: Source): Step {
  return { source, edges: edgesOf(source)[Symbol.iterator]() };
}

function cycleMessage(trail: readonly Step[], target: Source): string {
  const names = [...trail.map(step => step.source.path), target.path];
  return `an import cycle: ${names.join(' → ')}; move what both need to a file of its own`;
}

interface Edge {
  readonly target: string;
  readonly offset: number;
}

function edgesOf(source: Source): Edge[] {
  const isRelative = ({ specifier }: Import): boolean => specifier.startsWith('.');
  return source.imports.filter(isRelative).map(({ specifier, offset }) => ({
    target: posix.join(posix.dirname(source.path), specifier),
    offset,
  }));
}

function roomOf(path: string): number {
  const [top, room = ''] = path.split('/');
  return top === 'src' ? ROOMS.indexOf(room) : -1;
}
