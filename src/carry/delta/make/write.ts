import { type Digest, finishDigest, startDigest, throwIfCancelled } from '../../../core/bytes/index.ts';
import type { Cancel } from '../../../core/store/index.ts';
import { describeLayer, type RecipeParts } from './layer.ts';
import { packBlock } from './pack.ts';
import { type OpenBlock, RecipeBuilder } from './recipe.ts';
import type { LayerUse } from './use.ts';

/** Blocks that are packed at the same time: each holds some 100 MB. */
const AT_ONCE = 2;

/** What a recipe turned out to be. */
export interface WrittenRecipe {
  readonly stored: number;
  readonly digest: Digest;
}

/** Makes the recipe of a layer and hands its bytes on as they come. */
export async function writeRecipe(
  parts: RecipeParts & { readonly use: LayerUse },
  how: Cancel & { readonly level: number; readonly write: (bytes: Uint8Array) => Promise<void> },
): Promise<WrittenRecipe> {
  const hash = startDigest();
  let stored = 0;
  const open: OpenBlock[] = [];
  const packing: Promise<readonly Uint8Array[]>[] = [];
  const finish = async (most: number): Promise<void> => {
    while (packing.length > most) {
      for (const bytes of await packing.shift()!) {
        hash.update(bytes);
        stored += bytes.length;
        await how.write(bytes);
      }
    }
  };
  try {
    for (const _ of describeLayer(parts, new RecipeBuilder(parts.use, block => open.push(block)))) {
      throwIfCancelled(how.signal);
      for (const block of open.splice(0)) {
        packing.push(packBlock(block, { old: parts.old, level: how.level }));
        await finish(AT_ONCE - 1);
      }
    }
    for (const block of open.splice(0)) packing.push(packBlock(block, { old: parts.old, level: how.level }));
    await finish(0);
  } finally {
    await Promise.allSettled(packing);
  }
  return { stored, digest: finishDigest(hash) };
}
