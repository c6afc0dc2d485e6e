import { resolve } from 'node:path';
import { makeDelta } from '../../carry/delta/index.ts';
import { inStage } from '../../core/progress/index.ts';
import { openSource } from '../../core/store/index.ts';
import { defineCommand, flag, required, text } from '../command/index.ts';
import { formatSize, writeJson } from '../output/index.ts';
import { openCarrying } from '../registry/index.ts';

/** `sampan delta`. */
export const deltaCommand = defineCommand({
  description:
    'Writes what a device needs to turn one image into another: layers that both have are left out, and a layer that changed becomes a recipe that rebuilds exactly its bytes from files of the old image. Take the file to a device that has the old image, and load it: sampan load FILE. The same two images give the same file.',
  arguments: {
    old: required({ description: 'the image that the device has' }),
    new: required({ description: 'the image that it is to get' }),
  },
  options: {
    output: text({ short: 'o', placeholder: 'FILE', description: 'the file to write' }),
    platform: text({
      placeholder: 'OS/ARCH',
      description: 'which image of several; that of this machine unless told',
    }),
    json: flag({ description: 'print JSON, schema sampan.delta/1' }),
  },
  examples: [
    { line: 'delta app:1.0 app:1.1 -o app.delta', explanation: 'what changed from 1.0 to 1.1' },
    { line: 'load app.delta', explanation: 'on a device that has app:1.0' },
  ],
  async run(context, values) {
    const { images } = await openCarrying(context, values);
    const name = values.output ?? 'update.delta';
    await using old = await openSource(values.old, images);
    await using fresh = await openSource(values.new, images);
    const report = await inStage(context.progress, {
      title: `Making ${name}`,
      run: stage => makeDelta({ old, new: fresh, path: resolve(context.cwd, name), context: images, stage }),
      summary: each => formatSize(each.sizeBytes),
    });
    if (values.json) {
      writeJson(context.stdout, 'sampan.delta/1', { ...report, path: name });
      return;
    }
    const { layers, unchangedLayers, rebuiltBytes, sizeBytes } = report;
    const changed = layers - unchangedLayers;
    context.stdout.write(
      `${name}: ${formatSize(sizeBytes)} rebuild ${changed} of ${layers} layers, ${formatSize(rebuiltBytes)}\n`,
    );
  },
});
