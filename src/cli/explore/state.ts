/** What is on the screen. */
export type View = 'panes' | 'findings' | 'help';

/** Which layers are compared: with the one below, or with the base image. */
export type Compare = 'layer' | 'base';

/** What is narrowed down, and to what the tree is compared. Replaced as a whole: its identity says that it is new. */
export interface Choice {
  /** A place in the list of layers; 0 is the whole image. */
  readonly layer: number;
  readonly compare: Compare;
  readonly added: boolean;
  readonly changed: boolean;
  readonly removed: boolean;
  readonly same: boolean;
  readonly wasted: boolean;
  readonly filter: string;
  /** Only the files of this finding. */
  readonly finding: number | undefined;
}

/** A list with a place in it: the first line on the screen, and the one that is chosen. */
export interface Scroll {
  readonly top: number;
  readonly at: number;
}

/** All that the explorer is in. */
export interface State {
  readonly view: View;
  readonly pane: 'layers' | 'tree';
  readonly choice: Choice;
  /** Directories that are open. Replaced as a whole. */
  readonly open: ReadonlySet<number>;
  /** What was open, and chosen, before a filter or a finding narrowed the tree. */
  readonly before: { readonly open: ReadonlySet<number>; readonly node: number } | undefined;
  readonly sort: 'size' | 'name';
  readonly attributes: boolean;
  /** A filter is being typed. */
  readonly typing: boolean;
  readonly layers: Scroll;
  readonly tree: Scroll;
  readonly findings: Scroll;
  /** `quit` when a person is done, `interrupt` when they broke off. */
  readonly end: 'quit' | 'interrupt' | undefined;
}

/** Everything shown, nothing opened but the root. */
const EVERYTHING: Choice = {
  layer: 0,
  compare: 'layer',
  added: true,
  changed: true,
  removed: true,
  same: true,
  wasted: false,
  filter: '',
  finding: undefined,
};

const TOP: Scroll = { top: 0, at: 0 };

/** How it begins. */
export const FIRST: State = {
  view: 'panes',
  pane: 'layers',
  choice: EVERYTHING,
  open: new Set([0]),
  before: undefined,
  sort: 'size',
  attributes: false,
  typing: false,
  layers: TOP,
  tree: TOP,
  findings: TOP,
  end: undefined,
};

/** Moves in a list of `count` lines of which `height` are seen, and keeps what is chosen in sight. */
export function scrollTo(
  { top }: Scroll,
  at: number,
  { count, height }: { readonly count: number; readonly height: number },
): Scroll {
  const place = Math.max(0, Math.min(at, count - 1));
  const lowest = Math.max(0, count - height);
  const first = Math.min(Math.max(top, place - height + 1), place, lowest);
  return { top: Math.max(0, first), at: place };
}
