import { resolve } from 'node:path';
import { formatInventory, type Inventory, takeInventory } from '../../carry/inventory/index.ts';
import { writeAtomically } from '../../core/bytes/index.ts';
import type { Docker } from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import type { StoreContext } from '../../core/store/index.ts';
import { formatNumber } from '../../core/text/index.ts';
import { defineCommand, file } from '../command/index.ts';
import { openToolbox } from '../image/index.ts';
import { formatSize } from '../output/index.ts';

/** `sampan inventory`. */
export const inventoryCommand = defineCommand({
  description:
    'Tells which layers and images the local engine and the store have, and how much room is free, as a small JSON document (schema sampan.inventory/1). Written on a device and carried to where bundles and deltas are made, it lets them carry only what the device lacks.',
  arguments: {},
  options: { output: file({ short: 'o', description: 'the file; standard output unless told' }) },
  examples: [
    { line: 'inventory -o gateway.json', explanation: 'on the device' },
    { line: 'bundle app:1.3 --for gateway.json -o update.tar', explanation: 'where the image is' },
  ],
  async run(context, { output }) {
    const { images, store } = await openToolbox(context);
    const docker = await reachable(images);
    const { signal } = context;
    const inventory = await takeInventory({ store, docker, now: context.now(), signal });
    const document = formatInventory(inventory);
    if (output === undefined) context.stdout.write(document);
    else {
      await writeAtomically(resolve(context.cwd, output), once(document), { signal });
      context.stdout.write(`${output}\n`);
    }
    if (!context.quiet) context.stderr.write(`${summary(inventory)}\n`);
  },
});

async function* once(content: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(content);
}

/** Absent where no engine answers: then the store is all that there is. */
async function reachable(images: StoreContext): Promise<Docker | undefined> {
  try {
    return await images.docker();
  } catch (error) {
    if (isSampanError(error, 'unavailable')) return undefined;
    throw error;
  }
}

function summary({ engine, images, layers, storeFreeBytes }: Inventory): string {
  const has = `${formatNumber(images.length, 'image')}, ${formatNumber(layers.length, 'layer')}`;
  const free = engine?.freeBytes ?? storeFreeBytes;
  const room = free === undefined ? '' : `; ${formatSize(free)} free`;
  const what = engine === undefined ? 'no engine answers' : `${engine.kind} ${engine.version}`;
  return `${what}: ${has}${room}`;
}
