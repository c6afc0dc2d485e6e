import { bytesContent, contentStream, digestOf } from '../../core/bytes/index.ts';
import type { Engine } from '../../core/engine/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import {
  type Descriptor,
  isAttestation,
  isIndexType,
  MEDIA,
  type Platform,
  parseIndex,
} from '../../core/oci/index.ts';
import { type OpenImage, openSource, readDocument } from '../../core/store/index.ts';
import type { Exercise } from '../../image/exercise/index.ts';
import { type SlimRequest, type SlimResult, type SlimTools, slim } from '../../image/slim/index.ts';
import { proverWith } from '../../trust/prove/index.ts';
import type { Context } from '../context/index.ts';
import { saveReport } from './reports.ts';
import type { Toolbox } from './toolbox.ts';

/** What every platform of an image is slimmed with. */
export interface SlimJob {
  /** As the user named it. */
  readonly source: string;
  readonly context: Context;
  readonly toolbox: Toolbox;
  readonly engine: Engine | undefined;
  readonly exercise: Exercise;
}

/** Slim images that wait for their name: one, or an index of several. */
export interface Slimmed {
  readonly root: Descriptor;
  readonly results: readonly SlimResult[];
  /** Keeps the records for `why`. */
  readonly record: () => Promise<void>;
}

/** What slimming works with, for one image. */
export function toolsFor({ context, toolbox, engine, exercise }: SlimJob, image: OpenImage): SlimTools {
  const base = toolbox.places.work;
  const prover = engine && proverWith({ engine, config: () => image.image.config(), exercise, base });
  return {
    store: toolbox.store,
    base,
    progress: context.progress,
    signal: context.signal,
    ...(engine && prover ? { engine, prover } : {}),
  };
}

/** Slims one image. */
export async function slimOne(
  job: SlimJob,
  image: OpenImage,
  settings: Omit<SlimRequest, 'image'>,
): Promise<Slimmed> {
  const result = await slim({ ...settings, image }, toolsFor(job, image));
  const { rebuilt, original } = result;
  const digests = [rebuilt.root.digest, rebuilt.id, original.id];
  const record = (): Promise<void> => saveReport(job.toolbox.places.reports, result, digests);
  return { root: rebuilt.root, results: [result], record };
}

/**
 * Slims every image of an index, one after the other, and makes an index of the results.
 *
 * @throws SampanError `usage` when it is no index; what slimming throws.
 */
export async function slimAll(
  job: SlimJob,
  image: OpenImage,
  settings: Omit<SlimRequest, 'image'>,
): Promise<Slimmed> {
  const { blobs } = job.toolbox.store;
  const manifests: Descriptor[] = [];
  const results: SlimResult[] = [];
  for (const platform of await platformsOf(image)) {
    await using each = await openSource(job.source, { ...job.toolbox.images, platform });
    const { root, results: found, record } = await slimOne(job, each, settings);
    await record();
    manifests.push({ ...root, platform });
    results.push(...found);
  }
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.index, manifests }));
  const expected = { mediaType: MEDIA.index, digest: digestOf(index), size: index.length };
  const root = await blobs.put(contentStream(bytesContent(index)), expected, { signal: job.context.signal });
  return { root, results, record: async () => {} };
}

async function platformsOf(image: OpenImage): Promise<Platform[]> {
  if (!isIndexType(image.root.mediaType)) {
    throw new SampanError('usage', `${image.name} is for one platform`, {
      remedy: 'leave out --platform all',
    });
  }
  const index = parseIndex(await readDocument(image.source, image.root), image.name);
  const images = index.manifests.filter(manifest => !isAttestation(manifest));
  return images.flatMap(manifest => manifest.platform ?? []);
}
