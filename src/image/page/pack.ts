/** A file as a page shows it: numbers and labels by name; every file of a page has the same names. */
export interface PackedFile {
  readonly path: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Files as a prefix tree, for `client/model.js`. `names` has the tree in preorder, directories end in `/`;
 * `depths` says how deep each is, counted from 0. Columns have one element for each file, in that order.
 */
export interface FilePack {
  readonly names: readonly string[];
  readonly depths: readonly number[];
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly labels: Readonly<Record<string, LabelColumn>>;
}

/** A column of texts that repeat: the texts, and for each file which it has. */
export interface LabelColumn {
  readonly values: readonly string[];
  readonly index: readonly number[];
}

/** Packs files for a page, sorted by path. The same files give the same pack, in whatever order they come. */
export function packFiles(files: readonly PackedFile[]): FilePack {
  const sorted = files
    .map(file => ({ ...file, parts: file.path.split('/').filter(part => part !== '') }))
    .sort((a, b) => compareParts(a.parts, b.parts));
  const names: string[] = [];
  const depths: number[] = [];
  let open: readonly string[] = [];
  for (const { parts } of sorted) {
    const directories = parts.slice(0, -1);
    const shared = sharedLength(open, directories);
    for (const [i, name] of directories.entries()) {
      if (i < shared) continue;
      names.push(`${name}/`);
      depths.push(i);
    }
    names.push(parts.at(-1) ?? '');
    depths.push(directories.length);
    open = directories;
  }
  const first = sorted[0];
  return {
    names,
    depths,
    numbers: mapKeys(first?.numbers, name => sorted.map(file => file.numbers[name] ?? 0)),
    labels: mapKeys(first?.labels, name => labelColumn(sorted.map(file => file.labels[name] ?? ''))),
  };
}

function mapKeys<T>(like: object | undefined, make: (name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.keys(like ?? {}).map(name => [name, make(name)]));
}

function labelColumn(texts: readonly string[]): LabelColumn {
  const places = new Map<string, number>();
  const index = texts.map(text => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  });
  return { values: [...places.keys()], index };
}

/** By code unit and part by part, so that what is in a directory comes together. */
function compareParts(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i]! < b[i]!) return -1;
    if (a[i]! > b[i]!) return 1;
  }
  return a.length - b.length;
}

function sharedLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
