import { basename } from 'node:path';
import { type Item, lookAt } from '../../carry/bundle/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { isIndexType, normalName } from '../../core/oci/index.ts';
import { type OpenImage, openSource, type StoreContext } from '../../core/store/index.ts';

/** What to gather. */
export interface Gathering {
  readonly context: StoreContext;
  /** Every platform of an index, not only the one that is chosen. */
  readonly allPlatforms: boolean;
  /** Without signatures and lists. */
  readonly bare: boolean;
  /** What the only image is to be called. */
  readonly name?: string | undefined;
  /** The images are closed with this. */
  readonly open: AsyncDisposableStack;
}

/** Images, looked at, and what a person should know about them. */
export interface Gathered {
  readonly items: readonly Item[];
  readonly notes: readonly string[];
}

/**
 * Opens the images that a person names. The same image under one name is taken once.
 *
 * @throws SampanError `usage` for two images of one name, or what opening throws.
 */
export async function gather(names: readonly string[], how: Gathering): Promise<Gathered> {
  if (how.name !== undefined && names.length > 1) {
    throw new SampanError('usage', '--name is for one image', { remedy: 'name the images where they are' });
  }
  const items = new Map<string, Item>();
  const notes: string[] = [];
  for (const each of names) {
    const opened = how.open.use(await openSource(each, how.context));
    const item = await itemOf(opened, how);
    const key = item.name ?? item.root.digest;
    const before = items.get(key);
    if (before !== undefined && before.root.digest !== item.root.digest) {
      throw new SampanError('usage', `two different images are called ${key}`, {
        remedy: 'tag one of them differently first',
      });
    }
    items.set(key, item);
    notes.push(...notesOn(item, opened, how));
  }
  return { items: [...items.values()], notes };
}

async function itemOf(opened: OpenImage, how: Gathering): Promise<Item> {
  const main = opened.image.descriptor;
  const root = how.allPlatforms ? opened.root : main;
  const name = how.name === undefined ? nameOf(opened) : normalName(how.name);
  return await lookAt({ name, source: opened.source, root, main }, { ...how.context, bare: how.bare });
}

/** Layouts name their images by the tag alone: the directory or file is the rest. */
function nameOf(opened: OpenImage): string | undefined {
  const { reference, name } = opened;
  if (reference === undefined) return undefined;
  const isTag = /^oci(-archive)?:/.test(name) && /^[\w][\w.-]*$/.test(reference);
  if (!isTag) return normalName(reference);
  const path = name.replace(/^oci(-archive)?:/, '').replace(/:[^:/]*$/, '');
  const stem = basename(path)
    .replace(/\.(oci\.)?tar$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return normalName(`${stem.replace(/^-+|-+$/g, '') || 'image'}:${reference}`);
}

function notesOn(item: Item, opened: OpenImage, how: Gathering): readonly string[] {
  const what = item.name ?? opened.name;
  const notes: string[] = [];
  if (item.name === undefined)
    notes.push(`${what} has no name, and will have none where it is loaded (--name)`);
  if (!how.allPlatforms && isIndexType(opened.root.mediaType)) {
    notes.push(
      `${what}: only ${item.manifests[0]?.platform}; what is attached to the index of all platforms stays here (--platform all)`,
    );
  }
  return notes;
}
