import { TYPE } from '../scan/index.ts';
import { liveAfter } from '../stack/index.ts';
import { matches, type Pattern } from './pattern.ts';
import type { Terrain } from './terrain.ts';

/** What became of a node. */
export const MARK = { absent: 0, same: 1, added: 2, changed: 3, removed: 4 } as const;

/** Which tree is shown, and what of it. */
export interface Selection {
  /** How many layers are stacked. */
  readonly layers: number;
  /** How many layers it is compared with. The same number: nothing is marked. */
  readonly against: number;
  readonly added: boolean;
  readonly changed: boolean;
  readonly removed: boolean;
  readonly same: boolean;
  /** Only what is wasted. */
  readonly wasted: boolean;
  readonly pattern?: Pattern | undefined;
  /** Only these nodes. */
  readonly only?: ReadonlySet<number> | undefined;
}

/** A tree as it is shown: columns by node. */
export interface Survey {
  /** A {@link MARK}; `absent` for what is not shown. */
  readonly marks: Uint8Array;
  /** Of all that is shown there and below; of removed files only where all are removed. */
  readonly bytes: Float64Array;
  /** Files that are shown there and below. */
  readonly files: Int32Array;
  /** The entry that is shown: what was removed, for such. -1 for none, -2 for a directory that no layer names. */
  readonly entries: Int32Array;
  /** 1 for a wasted file, and for a directory with one. */
  readonly wasted: Uint8Array;
}

const NOTHING = -1;

/** Looks at a tree. Takes time by the number of its nodes, and no more. */
export function survey(terrain: Terrain, selection: Selection): Survey {
  const { names } = terrain.ground.stacked;
  const live = liveAfter(terrain.steps, selection.layers, names.count);
  const isPlain = selection.against === selection.layers;
  const before = isPlain ? live : liveAfter(terrain.steps, selection.against, names.count);
  const view: Survey = {
    marks: new Uint8Array(names.count),
    bytes: new Float64Array(names.count),
    files: new Int32Array(names.count),
    entries: live,
    wasted: new Uint8Array(names.count),
  };
  mark(terrain, view, before);
  const own = view.marks.slice();
  choose(terrain, view, selection);
  addUp(terrain, view, own);
  return view;
}

function mark({ types }: Terrain, { marks, entries }: Survey, before: Int32Array): void {
  const isDirectory = (entry: number): boolean => entry === -2 || types[entry] === TYPE.directory;
  for (let node = 0; node < marks.length; node += 1) {
    const [was, is] = [before[node]!, entries[node]!];
    if (is === NOTHING) {
      if (was === NOTHING) continue;
      marks[node] = MARK.removed;
      entries[node] = was;
    } else if (was === NOTHING) marks[node] = MARK.added;
    else if (was === is || (isDirectory(was) && isDirectory(is))) marks[node] = MARK.same;
    else marks[node] = MARK.changed;
  }
}

/** Takes away the marks of what is not to be shown. What is above something that is shown comes back with it. */
function choose(terrain: Terrain, view: Survey, selection: Selection): void {
  const { marks, entries, wasted } = view;
  const { pattern, only } = selection;
  const { live, names } = terrain.ground.stacked;
  const { waste } = terrain.found;
  const named = pattern === undefined ? undefined : matches(names.parent, terrain.lowerNames(), pattern);
  const shown = [false, selection.same, selection.added, selection.changed, selection.removed];
  const isNarrow = selection.wasted || only !== undefined;
  for (let node = 0; node < marks.length; node += 1) {
    const entry = entries[node]!;
    if (marks[node] === MARK.absent) continue;
    const isFile = entry >= 0 && terrain.types[entry] !== TYPE.directory;
    if (isFile && marks[node] !== MARK.removed)
      wasted[node] = terrain.hiding[entry] !== 0 || (entry === live[node] && waste.has(node)) ? 1 : 0;
    const isShown =
      shown[marks[node]!] === true &&
      (named === undefined || named[node] === 1) &&
      (!isNarrow || (isFile && (!selection.wasted || wasted[node] === 1))) &&
      (only === undefined || only.has(node));
    if (!isShown) marks[node] = MARK.absent;
  }
}

/** Adds up what is shown. A child comes after its parent. `own` are the marks before anything was taken away. */
function addUp({ ground, sizes, types }: Terrain, view: Survey, own: Uint8Array): void {
  const { marks, bytes, files, entries, wasted } = view;
  const { parent } = ground.stacked.names;
  const removed = new Float64Array(marks.length);
  for (let node = marks.length - 1; node > 0; node -= 1) {
    if (marks[node] === MARK.absent) continue;
    const entry = entries[node]!;
    if (entry >= 0 && types[entry] !== TYPE.directory) {
      files[node] = 1;
      (marks[node] === MARK.removed ? removed : bytes)[node] = sizes[entry]!;
    }
    const above = parent[node]!;
    files[above]! += files[node]!;
    bytes[above]! += bytes[node]!;
    removed[above]! += removed[node]!;
    if (wasted[node] === 1) wasted[above] = 1;
    if (bytes[node] === 0) bytes[node] = removed[node]!;
    if (marks[above] === MARK.absent) marks[above] = own[above]!;
    if (marks[above] === MARK.same && marks[node] !== MARK.same) marks[above] = MARK.changed;
  }
  if (bytes[0] === 0) bytes[0] = removed[0]!;
}
