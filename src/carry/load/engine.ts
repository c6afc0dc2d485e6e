import { type Digest, digestOf, inflate, verified } from '../../core/bytes/index.ts';
import {
  type Docker,
  inspectImage,
  listImages,
  loadImages,
  removeImage,
  tagImage,
} from '../../core/docker/index.ts';
import { isSampanError, SampanError, wrap } from '../../core/errors/index.ts';
import { formatReference, layerCompression, normalName, parseReference } from '../../core/oci/index.ts';
import type { Stage } from '../../core/progress/index.ts';
import {
  type ArchiveFile,
  type BlobSource,
  type Bytes,
  type Cancel,
  imageFrom,
  textFile,
  writeArchive,
} from '../../core/store/index.ts';
import { formatSize } from '../../core/text/index.ts';
import { bundleFiles, mainManifest } from '../bundle/index.ts';
import { STEP_BYTES, takesSteps } from './plan.ts';
import { HOLDING_LABEL, holdingConfig, type LoadStep, layerPath, planSteps } from './steps.ts';
import type { Completion, LoadImage, LoadPlace, NeededLayer } from './types.ts';

/** What loading into an engine needs. */
export interface EngineLoad extends Cancel {
  readonly place: LoadPlace & { readonly kind: 'engine' };
  readonly completions: ReadonlyMap<Digest, Completion>;
  readonly stage: Stage;
  /** How much goes at once, in bytes; {@link STEP_BYTES} unless told. */
  readonly stepBytes?: number | undefined;
}

/**
 * Loads images into an engine. All that is sent is verified on the way, and the engine verifies each layer by
 * its diff ID; only when all images are there whole do their names move. What was loaded of a load that was cut
 * off is used by the next one.
 *
 * @throws SampanError with the engine's own words, `integrity`, `no-space`.
 */
export async function loadIntoEngine(images: readonly LoadImage[], how: EngineLoad): Promise<void> {
  if (takesSteps(how.place)) await loadInSteps(images, how);
  else for (const image of images) await loadWhole(image, how);
}

async function loadInSteps(images: readonly LoadImage[], how: EngineLoad): Promise<void> {
  const { docker } = how.place;
  const sent = new Set<Digest>();
  for (const image of images) {
    if (await isThere(docker, image.id, how)) continue;
    const layers = image.layers.map(layer =>
      sent.has(layer.chainId) ? { ...layer, state: 'present' as const } : layer,
    );
    const steps = planSteps(layers, how.stepBytes ?? STEP_BYTES);
    for (const step of steps) await sendStep(image, step, how);
    if (!(await isThere(docker, image.id, how))) throw notThere(image);
    for (const { chainId } of layers) sent.add(chainId);
  }
  for (const image of images) await nameImage(image, how);
  await removeHolding(docker, how);
}

async function isThere(docker: Docker, id: Digest, options: Cancel): Promise<boolean> {
  try {
    return (await inspectImage(docker, id, options)).id === id;
  } catch (error) {
    if (isSampanError(error, 'not-found')) return false;
    throw error;
  }
}

function notThere(image: LoadImage): SampanError {
  const what = image.names[0] ?? image.id;
  return new SampanError('integrity', `the engine took ${what}, but has no image ${image.id}`);
}

async function sendStep(image: LoadImage, step: LoadStep, how: EngineLoad): Promise<void> {
  const layers = image.layers.slice(0, step.depth);
  const view = imageFrom(image.item.source, image.item.main);
  const config = step.isLast
    ? await view.rawConfig()
    : holdingConfig(
        await view.config(),
        layers.map(layer => layer.diffId),
      );
  const configPath = layerPath(digestOf(config));
  const paths = layers.map(layer => layerPath(layer.diffId));
  const manifest = [{ Config: configPath, RepoTags: null, Layers: paths }];
  const files = [
    textFile('manifest.json', JSON.stringify(manifest)),
    bytesFile(configPath, config),
    ...distinct(await Promise.all(step.sent.map(layer => layerFile(image, layer, how)))),
  ];
  await send(image, files, how);
}

/** The same layer may be in an image twice. */
function distinct(files: readonly ArchiveFile[]): readonly ArchiveFile[] {
  return [...new Map(files.map(file => [file.path, file])).values()];
}

function bytesFile(path: string, bytes: Uint8Array): ArchiveFile {
  return {
    path,
    size: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}

/** By its diff ID: that is what the paths of a Docker archive are called here. */
async function layerFile(image: LoadImage, layer: NeededLayer, how: EngineLoad): Promise<ArchiveFile> {
  const path = layerPath(layer.diffId);
  const other = how.completions.get(layer.blob.digest);
  if (other !== undefined) return { path, size: other.descriptor.size, open: () => other.open() };
  const { source } = image.item;
  if (!isReadable(layer, how.place)) return { path, ...(await inflatedLayer(source, layer, how)) };
  return { path, size: layer.blob.size, open: () => source.open(layer.blob, how) };
}

/** Docker knows zstd since version 23. */
function isReadable({ blob }: NeededLayer, { docker }: EngineLoad['place']): boolean {
  if (layerCompression(blob.mediaType) !== 'zstd' || docker.kind !== 'docker') return true;
  const major = Number(/^\d+/.exec(docker.serverVersion)?.[0] ?? 0);
  return major >= 23;
}

/** Inflated twice, once to know its size: that is quicker than a file, and needs no room. */
async function inflatedLayer(
  source: BlobSource,
  { blob, diffId }: NeededLayer,
  options: Cancel,
): Promise<Pick<ArchiveFile, 'size' | 'open'>> {
  const open = (): Bytes =>
    verified(inflate(source.open(blob, options)), { what: `layer ${blob.digest}`, digest: diffId });
  let size = 0;
  for await (const chunk of open()) size += chunk.length;
  return { size, open };
}

async function send(image: LoadImage, files: readonly ArchiveFile[], how: EngineLoad): Promise<void> {
  const what = image.names[0] ?? image.id;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const stream = watched(writeArchive(files), bytes =>
    how.stage.update(`${what}: ${formatSize(bytes)} of ${formatSize(size)}`),
  );
  await loadImages(how.place.docker, stream, how).catch(error => {
    throw wrap(`loading ${what} into the engine`, error);
  });
}

async function* watched(stream: Bytes, tell: (bytes: number) => void): Bytes {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    tell(bytes);
    yield chunk;
  }
}

async function nameImage(image: LoadImage, how: EngineLoad): Promise<void> {
  for (const name of image.names) {
    const reference = parseReference(normalName(name));
    // A name with a digest says what an image is; it cannot be given to one.
    if (reference.tag === undefined) continue;
    const repository = formatReference({ domain: reference.domain, path: reference.path });
    await tagImage(how.place.docker, image.id, { repository, tag: reference.tag, signal: how.signal });
  }
}

/** They have done their work, those of earlier loads that were cut off too. */
async function removeHolding(docker: Docker, options: Cancel): Promise<void> {
  const held = await listImages(docker, { ...options, label: `${HOLDING_LABEL}=partial` });
  for (const { id } of held) await removeImage(docker, id, { ...options, force: true });
}

/** An engine that takes whole archives only. It gives the first name itself. */
async function loadWhole(image: LoadImage, how: EngineLoad): Promise<void> {
  const { item, names, id } = image;
  const { docker } = how.place;
  const isComplete = how.completions.size === 0;
  const files = isComplete
    ? bundleFiles([{ ...item, referrers: [] }], new Set(), how)
    : await wholeFiles(image, how);
  await send(image, files, how);
  const found = await inspectImage(docker, names[0] ?? id, how).catch(error => {
    throw isSampanError(error, 'not-found') ? notThere(image) : error;
  });
  if (found.id !== id && found.id !== item.main.digest && isComplete) throw notThere(image);
  for (const name of names.slice(1)) await nameImage({ ...image, id, names: [name] }, how);
}

async function wholeFiles(image: LoadImage, how: EngineLoad): Promise<readonly ArchiveFile[]> {
  const config = await imageFrom(image.item.source, image.item.main).rawConfig();
  const configPath = layerPath(mainManifest(image.item).config.digest);
  const tags = image.names.slice(0, 1).map(name => formatReference(parseReference(normalName(name))));
  const manifest = [
    {
      Config: configPath,
      RepoTags: tags.length === 0 ? null : tags,
      Layers: image.layers.map(layer => layerPath(layer.diffId)),
    },
  ];
  return [
    textFile('manifest.json', JSON.stringify(manifest)),
    bytesFile(configPath, config),
    ...distinct(await Promise.all(image.layers.map(layer => layerFile(image, layer, how)))),
  ];
}
