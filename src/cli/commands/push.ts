import { SampanError } from '../../core/errors/index.ts';
import { inStage } from '../../core/progress/index.ts';
import { openSource, openTarget } from '../../core/store/index.ts';
import { choice, defineCommand, flag, optional, required, text } from '../command/index.ts';
import { keepHeapSmall } from '../memory/index.ts';
import { formatSize, writeJson } from '../output/index.ts';
import { openCarrying, REGISTRY_OPTIONS } from '../registry/index.ts';
import { carrySignatures } from '../trust/index.ts';

/** `sampan push`. */
export const pushCommand = defineCommand({
  description:
    'Brings an image to a registry. What the registry has is not sent; what another repository there has is mounted. Layers that are plain are compressed on the way, and those that are compressed keep their bytes and so their digest. Large layers go in parts: after a lost connection, or in the next run, the upload goes on where the registry has it. The tag changes last.',
  arguments: {
    source: required({
      description: 'a bare name, store:NAME, docker-daemon:NAME, docker://NAME, a file or a directory',
    }),
    target: optional({
      description: 'the name in the registry; that of the image unless told',
      complete: 'nothing',
    }),
  },
  options: {
    platform: text({
      placeholder: 'OS/ARCH',
      description: 'only this platform of several, such as linux/arm64',
    }),
    compression: choice({
      values: ['gzip', 'zstd', 'none'],
      default: 'gzip',
      description: 'how plain layers are sent; zstd is smaller and faster, and needs Docker 23 or newer',
    }),
    ...REGISTRY_OPTIONS,
    json: flag({ description: 'print JSON, schema sampan.push/1' }),
  },
  examples: [
    { line: 'push app:1.2-slim registry.example/team/app:1.2', explanation: 'from the store or Docker' },
    { line: 'push localhost:5000/app:2', explanation: 'to where its name says' },
  ],
  async run(context, { source, target, json, ...values }) {
    keepHeapSmall();
    const { images, traffic } = await openCarrying(context, values);
    await using image = await openSource(source, images);
    const name = (target ?? image.reference)?.replace(/^docker:\/\//, '');
    if (name === undefined) {
      throw new SampanError('usage', `${image.name} has no name to be pushed under`, {
        remedy: 'name the target: sampan push SOURCE registry.example/app:1',
      });
    }
    const place = openTarget(`docker://${name}`, images);
    const root = values.platform === undefined ? image.root : image.image.descriptor;
    const written = await inStage(context.progress, {
      title: `Push ${name}`,
      run: async stage => {
        traffic.showIn(stage);
        const written = await place.write(image.source, root, { signal: context.signal });
        await carrySignatures(context, { name: image.name, source: image.source, root }, { written, images });
        return written;
      },
      summary: () => (traffic.total() === 0 ? 'all of it was there' : `${formatSize(traffic.total())} sent`),
    });
    const { digest } = written.root;
    const carriedBytes = traffic.total();
    if (json) writeJson(context.stdout, 'sampan.push/1', { name: written.name, digest, carriedBytes });
    else context.stdout.write(`${written.name}@${digest}\n`);
  },
});
