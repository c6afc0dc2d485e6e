import { join } from 'node:path';
import { removeOldParts } from '../../carry/registry/index.ts';
import { pruneStore } from '../../core/store/index.ts';
import { defineCommand, flag } from '../command/index.ts';
import { formatSize, writeJson } from '../output/index.ts';
import { openCarrying } from '../registry/index.ts';

const HOUR_MS = 3_600_000;

/** `sampan prune`. */
export const pruneCommand = defineCommand({
  description:
    'Removes layers and other blobs that no image in the store of Sampan needs: what a failed slim, or one that was interrupted, has left, and parts of blobs of an interrupted pull. What is younger than an hour stays, because it may be on its way. Images stay; sampan rm removes those.',
  arguments: {},
  options: { json: flag({ description: 'print JSON, schema sampan.prune/1' }) },
  examples: [{ line: 'prune', explanation: 'free what nothing needs' }],
  async run(context, { json }) {
    const { store, places } = await openCarrying(context);
    const parts = await removeOldParts(join(places.data, 'ingest'), HOUR_MS);
    const freedBytes = parts + (await pruneStore(store, { signal: context.signal }));
    if (json) writeJson(context.stdout, 'sampan.prune/1', { freedBytes });
    else context.stdout.write(`freed ${formatSize(freedBytes)}\n`);
  },
});
