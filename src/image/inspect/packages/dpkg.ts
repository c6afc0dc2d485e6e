import { readContent } from '../../../core/bytes/index.ts';
import type { OsPackage } from '../../userland/packages/os/index.ts';
import { lookUp, type StackTree } from '../stack/index.ts';

const ROOT = '/var/lib/dpkg';
const STATUS_MAX_BYTES = 128 << 20;
const LIST_MAX_BYTES = 64 << 20;
const NEWLINE = 0x0a;
const SLASH = 0x2f;
const WANTED =
  /^(Package|Status|Version|Architecture|Section|Priority|Essential|Installed-Size|Pre-Depends|Depends|Recommends|Provides|Source): (.*)$/gm;

/** Packages and, by the number of a node, which of them owns it (counted from 1; 0 for none). */
export interface Owned {
  readonly packages: readonly OsPackage[];
  readonly owner: Uint32Array;
  /** What each package brings along unless told not to. */
  readonly recommends: ReadonlyMap<OsPackage, readonly string[]>;
}

/**
 * As `readPackageDatabases` for dpkg, but only what an inspection asks, straight into columns: the lists of a large
 * image have a hundred thousand paths. Packages have no `files` here. Diversions are not followed.
 */
export function readDpkgOwners(tree: StackTree): Owned | undefined {
  const text = readText(tree, `${ROOT}/status`, STATUS_MAX_BYTES);
  if (text === undefined) return undefined;
  const packages: OsPackage[] = [];
  const recommends = new Map<OsPackage, readonly string[]>();
  const owner = new Uint32Array(tree.stacked.names.count);
  const lists = new Set(tree.list(`${ROOT}/info`));
  const finder = new Finder(tree);
  for (const stanza of text.split('\n\n')) {
    const fields = fieldsOf(stanza);
    const found = packageOf(fields);
    if (found === undefined) continue;
    packages.push(found);
    recommends.set(found, relations(fields.get('Recommends')).flat());
    const list = listBytes(tree, lists, found);
    if (list !== undefined) finder.each(list, node => (owner[node] = packages.length));
  }
  return packages.length === 0 ? undefined : { packages, owner, recommends };
}

function readText(tree: StackTree, path: string, maxBytes: number): string | undefined {
  const node = tree.resolve(path)?.node;
  if (node?.kind !== 'file' || node.content.size > maxBytes) return undefined;
  return readContent(node.content, maxBytes).toString('utf8');
}

type Stanza = ReadonlyMap<string, string>;

function fieldsOf(stanza: string): Stanza {
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of stanza.matchAll(WANTED)) fields.set(name, value);
  return fields;
}

function packageOf(fields: Stanza): OsPackage | undefined {
  const name = fields.get('Package');
  if (name === undefined || /not-installed|config-files/.test(fields.get('Status') ?? '')) return undefined;
  const text = (key: string, field: string) => {
    const value = fields.get(field);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    manager: 'dpkg',
    name,
    version: fields.get('Version') ?? '',
    architecture: fields.get('Architecture') ?? '',
    ...text('source', 'Source'),
    ...text('section', 'Section'),
    ...text('priority', 'Priority'),
    essential: fields.get('Essential') === 'yes',
    depends: [...relations(fields.get('Pre-Depends')), ...relations(fields.get('Depends'))],
    provides: relations(fields.get('Provides')).flat(),
    installedSize: Number(fields.get('Installed-Size') ?? 0) * 1024,
    files: [],
    directories: [],
    conffiles: [],
    raw: '',
  };
}

/** `a (>= 1) | b:any, c`: groups of names. */
function relations(text: string | undefined): string[][] {
  if (text === undefined) return [];
  return text.split(',').map(group => group.split('|').map(one => one.trim().replace(/[\s:(].*$/, '')));
}

function listBytes(
  tree: StackTree,
  lists: ReadonlySet<string>,
  { name, architecture }: OsPackage,
): Buffer | undefined {
  const qualified = `${name}:${architecture}.list`;
  const file = lists.has(qualified) ? qualified : `${name}.list`;
  if (!lists.has(file)) return undefined;
  const node = tree.get(`${ROOT}/info/${file}`);
  return node?.kind === 'file' && node.content.size <= LIST_MAX_BYTES
    ? readContent(node.content, LIST_MAX_BYTES)
    : undefined;
}

/** Finds the nodes of listed paths. The directory of the path before is mostly that of the next one too. */
class Finder {
  readonly #tree: StackTree;
  #list: Buffer = Buffer.alloc(0);
  /** Where the directory of the path before is in the list. */
  #from = 0;
  #to = 0;
  #node = 0;

  constructor(tree: StackTree) {
    this.#tree = tree;
  }

  each(list: Buffer, take: (node: number) => void): void {
    const { names, live } = this.#tree.stacked;
    for (let at = 0; at < list.length; ) {
      let slash = -1;
      let end = at;
      for (; end < list.length && list[end] !== NEWLINE; end += 1) if (list[end] === SLASH) slash = end;
      if (slash >= 0 && slash < end - 1) {
        const parent = this.#parent(list, at, slash + 1);
        const node = parent === -1 ? -1 : names.find(parent, list, slash + 1, end);
        if (node !== -1 && (live[node] ?? -1) >= 0) take(node);
      }
      at = end + 1;
    }
  }

  #parent(list: Buffer, from: number, to: number): number {
    if (this.#isBefore(list, from, to)) return this.#node;
    this.#list = list;
    this.#from = from;
    this.#to = to;
    this.#node = lookUp(this.#tree.stacked, list.subarray(from, to), { followLast: true });
    return this.#node;
  }

  #isBefore(list: Buffer, from: number, to: number): boolean {
    if (this.#to - this.#from !== to - from) return false;
    // From the end: that is where directories differ.
    for (let i = to - from - 1; i >= 0; i -= 1) {
      if (this.#list[this.#from + i] !== list[from + i]) return false;
    }
    return true;
  }
}
