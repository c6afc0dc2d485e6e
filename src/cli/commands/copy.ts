import { inStage } from '../../core/progress/index.ts';
import { openSource, openTarget } from '../../core/store/index.ts';
import { defineCommand, flag, required, text } from '../command/index.ts';
import { keepHeapSmall } from '../memory/index.ts';
import { writeJson } from '../output/index.ts';
import { openCarrying, REGISTRY_OPTIONS } from '../registry/index.ts';
import { carrySignatures } from '../trust/index.ts';

/** `sampan copy`. */
export const copyCommand = defineCommand({
  description:
    'Copies an image with all its platforms, or only the one that is asked for. The target gets it whole or not at all, and keeps what it had until then. Every byte is verified on the way. Signatures come along where the target keeps them; archives do not, bundles do (sampan bundle).',
  arguments: {
    source: required({
      description:
        'docker://NAME in a registry, docker-daemon:NAME, oci-archive:FILE, docker-archive:FILE, oci:DIR, dir:ROOTFS, store:NAME, a file, or a bare name',
    }),
    target: required({
      description:
        'docker://NAME in a registry, store:NAME, docker-daemon:NAME, oci-archive:FILE, docker-archive:FILE, oci:DIR, or a bare name for the store',
    }),
  },
  options: {
    platform: text({
      placeholder: 'OS/ARCH',
      description: 'only this platform of several, such as linux/arm64',
    }),
    ...REGISTRY_OPTIONS,
    json: flag({ description: 'print JSON, schema sampan.copy/1' }),
  },
  examples: [
    {
      line: 'copy nginx:1.27 oci-archive:nginx.tar',
      explanation: 'from the store or the local engine to a file',
    },
    { line: 'copy nginx.tar docker-daemon:nginx:1.27', explanation: 'from a file into Docker' },
    {
      line: 'copy docker://registry.example/app:1 docker://localhost:5000/app:1',
      explanation: 'from one registry to another, with all platforms, nothing unpacked',
    },
  ],
  async run(context, { source, target, json, ...values }) {
    const { platform } = values;
    keepHeapSmall();
    const { images, traffic } = await openCarrying(context, values);
    const place = openTarget(target, images);
    await using image = await openSource(source, images);
    const root = platform === undefined ? image.root : image.image.descriptor;
    const options = { signal: context.signal, reference: image.reference };
    const written = await inStage(context.progress, {
      title: `Copy to ${place.name}`,
      run: async stage => {
        traffic.showIn(stage);
        const written = await place.write(image.source, root, options);
        const signed = { name: image.name, source: image.source, root, parents: [image.root] };
        await carrySignatures(context, signed, { written, images });
        return written;
      },
    });
    const { name, imageId } = written;
    if (json) writeJson(context.stdout, 'sampan.copy/1', { name, digest: written.root.digest, imageId });
    else context.stdout.write(`${name}\n`);
  },
});
