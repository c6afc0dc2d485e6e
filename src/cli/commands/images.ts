import { formatPlatform, MEDIA } from '../../core/oci/index.ts';
import { graphOf, imageFrom, listStored, type OwnStore, type StoredImage } from '../../core/store/index.ts';
import { defineCommand, flag } from '../command/index.ts';
import { openToolbox } from '../image/index.ts';
import { formatSize, formatTable, writeJson } from '../output/index.ts';

interface Row {
  readonly name: string;
  readonly digest: string;
  readonly platforms: readonly string[];
  /** What all its blobs take together, also those that other images share; absent when it is not whole. */
  readonly sizeBytes?: number;
  /** RFC 3339. */
  readonly created?: string;
  /** Of a slim image: how much went, and of which configuration it was made. */
  readonly level?: string;
  readonly original?: string;
}

/** `sampan images`. */
export const imagesCommand = defineCommand({
  description:
    'Lists the images in the store of Sampan, with what each takes there uncompressed, and for those that slim made, at which level. Layers that images share are stored once, so that together they may take less.',
  arguments: {},
  options: { json: flag({ description: 'print JSON, schema sampan.images/1' }) },
  examples: [{ line: 'images', explanation: 'what slim and copy have stored' }],
  async run(context, { json }) {
    const { store } = await openToolbox(context);
    const images = await Promise.all((await listStored(store)).map(image => describe(store, image)));
    if (json) writeJson(context.stdout, 'sampan.images/1', { images });
    else if (images.length > 0) context.stdout.write(formatTable(COLUMNS, images.map(cells), context.stdout));
    else if (!context.quiet)
      context.stderr.write('the store is empty; sampan slim and sampan copy fill it\n');
  },
});

const COLUMNS = [
  { title: 'NAME', shrink: 'path' },
  { title: 'PLATFORM', shrink: 'text' },
  { title: 'SIZE', align: 'right' },
  { title: 'CREATED' },
  { title: 'LEVEL' },
  { title: 'DIGEST' },
] as const;

function cells({ name, platforms, sizeBytes, created, level, digest }: Row): string[] {
  const size = sizeBytes === undefined ? 'not whole' : formatSize(sizeBytes);
  const short = digest.slice('sha256:'.length, 'sha256:'.length + 12);
  return [name, platforms.join(', '), size, created?.slice(0, 'YYYY-MM-DD'.length) ?? '', level ?? '', short];
}

async function describe({ blobs }: OwnStore, { name, root }: StoredImage): Promise<Row> {
  const row = { name, digest: root.digest, platforms: [] };
  try {
    const graph = await graphOf(blobs, root);
    const manifests = graph.filter(
      blob => blob.mediaType === MEDIA.manifest || blob.mediaType === MEDIA.dockerManifest,
    );
    const all = manifests.map(manifest => imageFrom(blobs, manifest));
    const configs = await Promise.all(all.map(image => image.config()));
    const annotations = (await all[0]?.manifest())?.annotations ?? {};
    const sizeBytes = graph.reduce((sum, blob) => sum + blob.size, 0);
    const platforms = configs.map(formatPlatform);
    return { ...row, platforms, sizeBytes, ...madeOf(configs[0]?.created, annotations) };
  } catch {
    // One damaged image must not hide the others; using it says what is wrong.
    return row;
  }
}

function madeOf(
  created: string | undefined,
  annotations: Readonly<Record<string, string>>,
): Pick<Row, 'created' | 'level' | 'original'> {
  const { 'io.sampan.slim.level': level, 'io.sampan.slim.original': original } = annotations;
  return {
    ...(created === undefined ? {} : { created }),
    ...(level === undefined ? {} : { level }),
    ...(original === undefined ? {} : { original }),
  };
}
