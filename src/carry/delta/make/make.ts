import { type FileHandle, open } from 'node:fs/promises';
import {
  contentStream,
  type Digest,
  digestOf,
  fileContent,
  writeAtomically,
} from '../../../core/bytes/index.ts';
import type { Stage } from '../../../core/progress/index.ts';
import { type OpenImage, type StoreContext, workFile } from '../../../core/store/index.ts';
import { joinSpaces } from '../bytes/index.ts';
import { encodeStart, type NewLayer } from '../format/index.ts';
import { AncestorFinder } from './ancestor.ts';
import { catalogueOf } from './catalogue.ts';
import { headerOf } from './header.ts';
import { type OpenTarLayer, openTarLayers } from './input.ts';
import { SameFinder } from './same.ts';
import { levelFor, type Survey, surveyLayer } from './survey.ts';
import { LayerUse } from './use.ts';
import { writeRecipe } from './write.ts';

/** What to make. */
export interface DeltaRequest {
  readonly old: OpenImage;
  readonly new: OpenImage;
  /** The file to write: whole or not at all. */
  readonly path: string;
  readonly context: StoreContext;
  readonly stage: Stage;
}

/** What became of it. */
export interface DeltaReport {
  readonly path: string;
  readonly sizeBytes: number;
  readonly layers: number;
  readonly unchangedLayers: number;
  /** Of the layers that changed, uncompressed. */
  readonly rebuiltBytes: number;
  /** Of files in them that no old file equals. */
  readonly changedBytes: number;
  /** Of the new image's manifest and configuration. */
  readonly digest: Digest;
  readonly imageId: Digest;
}

/**
 * Writes a delta that makes the new image of the old one. The same two images give the same bytes.
 *
 * @throws SampanError `unsupported` for images that are not Linux, `no-space`, `cancelled`, `integrity`.
 */
export async function makeDelta(request: DeltaRequest): Promise<DeltaReport> {
  const { context, stage, path } = request;
  stage.update('reading both images');
  const sides = {
    old: await openTarLayers(request.old, context),
    new: await openTarLayers(request.new, context),
  };
  await using spool = await workFile(context.workDirectory);
  const use = new LayerUse(sides.old.map(layer => layer.space.size));
  const { layers, changedBytes } = await writeBody(sides, { ...request, use, spool: spool.path });
  const header = await headerOf(request, { ...sides, layers, read: use.used() });
  const start = encodeStart(header);
  const stored = layers.reduce((sum, layer) => sum + (layer.recipe?.stored ?? 0), 0);
  const write = async function* () {
    yield start;
    yield* contentStream(fileContent(spool.path, stored), context);
  };
  const sizeBytes = await writeAtomically(path, write(), context);
  const rebuilt = layers.filter(layer => layer.recipe !== undefined);
  return {
    path,
    sizeBytes,
    layers: layers.length,
    unchangedLayers: layers.length - rebuilt.length,
    rebuiltBytes: rebuilt.reduce((sum, layer) => sum + layer.size, 0),
    changedBytes,
    digest: request.new.image.descriptor.digest,
    imageId: digestOf(Buffer.from(header.new.config)),
  };
}

interface Sides {
  readonly old: readonly OpenTarLayer[];
  readonly new: readonly OpenTarLayer[];
}

interface Making extends DeltaRequest {
  readonly use: LayerUse;
  readonly spool: string;
}

/** Writes all recipes to a temporary file. */
async function writeBody(
  sides: Sides,
  making: Making,
): Promise<{ readonly layers: readonly NewLayer[]; readonly changedBytes: number }> {
  using old = joinSpaces(sides.old.map(layer => layer.space));
  using _ = joinSpaces(sides.new.map(layer => layer.space));
  const catalogue = catalogueOf(sides.old);
  const surveys = surveysOf(sides, new SameFinder(catalogue, old));
  const changedBytes = [...surveys.values()].reduce((sum, survey) => sum + survey.changedBytes, 0);
  const ancestors = new AncestorFinder(catalogue, old);
  const level = levelFor(
    changedBytes,
    sides.new.reduce((sum, layer) => sum + layer.space.size, 0),
  );
  const body = await open(making.spool, 'wx', 0o600);
  try {
    const layers: NewLayer[] = [];
    const place = { at: 0 };
    for (const [i, layer] of sides.new.entries()) {
      const { diffId } = layer;
      const { size } = layer.space;
      const survey = surveys.get(diffId);
      // A layer that occurs twice is rebuilt once.
      surveys.delete(diffId);
      making.stage.update(`layer ${i + 1} of ${sides.new.length}`);
      const write = async (bytes: Uint8Array): Promise<void> => await appendTo(body, place, bytes);
      const how = { ...making.context, level, write };
      const parts = { layer, survey, old, catalogue, ancestors, use: making.use };
      const recipe = survey === undefined ? undefined : await writeRecipe({ ...parts, survey }, how);
      layers.push({ diffId, size, recipe });
    }
    return { layers, changedBytes };
  } finally {
    await body.close();
  }
}

async function appendTo(file: FileHandle, place: { at: number }, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, place.at);
    done += bytesWritten;
    place.at += bytesWritten;
  }
}

/** Of the layers that the old image has not. */
function surveysOf(sides: Sides, finder: SameFinder): Map<Digest, Survey> {
  const surveys = new Map<Digest, Survey>();
  const had = new Set(sides.old.map(layer => layer.diffId));
  for (const layer of sides.new) {
    if (had.has(layer.diffId) || surveys.has(layer.diffId)) continue;
    surveys.set(layer.diffId, surveyLayer(layer, finder));
  }
  return surveys;
}
