import { SampanError } from '../../core/errors/index.ts';
import { deleteStored } from '../../core/store/index.ts';
import { defineCommand, several } from '../command/index.ts';
import { openToolbox } from '../image/index.ts';

/** `sampan rm`. */
export const rmCommand = defineCommand({
  description:
    'Removes images from the store of Sampan, and what only they used. Images of Docker and files are not touched.',
  arguments: {
    names: several({ description: 'NAME or store:NAME, as sampan images shows it', complete: 'nothing' }),
  },
  options: {},
  examples: [{ line: 'rm app:1.2-slim', explanation: 'remove one image' }],
  async run(context, { names }) {
    const { store } = await openToolbox(context);
    const missing: string[] = [];
    for (const name of names) {
      const bare = name.replace(/^store:/, '');
      if (await deleteStored(store, bare, { signal: context.signal })) context.stdout.write(`${bare}\n`);
      else missing.push(bare);
    }
    if (missing.length > 0) {
      throw new SampanError('not-found', `not in the store: ${missing.join(', ')}`, {
        remedy: 'see sampan images for what is there',
      });
    }
  },
});
