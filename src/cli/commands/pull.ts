import { isSampanError, wrap } from '../../core/errors/index.ts';
import { inStage } from '../../core/progress/index.ts';
import { openSource, openTarget, type Written } from '../../core/store/index.ts';
import { any, defineCommand, flag, text } from '../command/index.ts';
import {
  type ImageValues,
  imageBringer,
  openProject,
  PROJECT_OPTIONS,
  type ProjectValues,
} from '../compose/index.ts';
import type { Context } from '../context/index.ts';
import { keepHeapSmall } from '../memory/index.ts';
import { formatSize, writeJson } from '../output/index.ts';
import { type Carrying, openCarrying, REGISTRY_OPTIONS } from '../registry/index.ts';
import { GATE_OPTIONS, type Gate, keepSignatures, openGate } from '../trust/index.ts';

/** `sampan pull`. */
export const pullCommand = defineCommand({
  description:
    'Brings images from their registries into the store of Sampan. What is there already is not fetched. After a lost connection, a crash or a power cut the same command goes on with the byte where it was. The image gets its name when it is whole and verified, not before. Where this device has a trust policy, an image that it refuses is not fetched; signatures come along.\n\nCredentials are those of docker login, podman login and skopeo login. Mirrors, credentials and certificates can also be set in registries.yaml, see docs/registries.md.\n\nWithout a name it is about the Compose file here (or -f FILE): the images of its services are brought into the engine, newer ones from their registries, so that sampan up starts them at once.',
  arguments: {
    names: any({
      description:
        'the name in the registry, such as nginx:1.27 or registry.example/team/app:2; the images of the Compose file when there is none',
      complete: 'nothing',
    }),
  },
  options: {
    platform: text({
      placeholder: 'OS/ARCH',
      description: "this platform, such as linux/arm64, or all; this machine's unless told",
    }),
    ...GATE_OPTIONS,
    ...REGISTRY_OPTIONS,
    ...PROJECT_OPTIONS,
    json: flag({ description: 'print JSON, schema sampan.pull/1' }),
  },
  exitCodes: { 3: 'the trust policy refuses the image' },
  examples: [
    { line: 'pull nginx:1.27', explanation: 'for the platform of this machine' },
    { line: 'pull', explanation: 'the images of the compose.yaml here, into the engine' },
    { line: 'pull --platform all localhost:5000/app:2', explanation: 'all platforms' },
  ],
  async run(context, { names, json, platform, ...values }) {
    if (names.length === 0) return await pullProject(context, { ...values, platform }, json);
    keepHeapSmall();
    const carrying = await openCarrying(context, {
      ...values,
      ...(platform === 'all' ? {} : { platform }),
    });
    const gate = await openGate(context, values);
    const pulled: Written[] = [];
    for (const name of names) {
      pulled.push(await pull(context, carrying, { name, isWhole: platform === 'all', gate }));
      if (!json) context.stdout.write(`${pulled.at(-1)?.name ?? name}\n`);
    }
    const images = pulled.map(({ name, root, imageId }) => ({ name, digest: root.digest, imageId }));
    if (json) writeJson(context.stdout, 'sampan.pull/1', { images, carriedBytes: carrying.traffic.total() });
  },
});

type ProjectPull = ProjectValues & ImageValues & { readonly platform: string | undefined };

/** Brings the images of a project into the engine. One that fails keeps no other from coming. */
async function pullProject(context: Context, values: ProjectPull, json: boolean): Promise<void> {
  const { project } = openProject(context, values);
  const bringer = imageBringer(context, project.directory, values);
  const wanted = new Map<string, string | undefined>();
  for (const { image, written } of project.services.values())
    if (!wanted.has(image)) wanted.set(image, values.platform ?? written.platform);
  const errors: unknown[] = [];
  const pulled: string[] = [];
  for (const [reference, platform] of wanted) {
    try {
      await bringer.bring({ reference, platform, isRefresh: true });
      pulled.push(reference);
      if (!json) context.stdout.write(`${reference}\n`);
    } catch (error) {
      context.signal.throwIfAborted();
      errors.push(wrap(`pulling ${reference}`, error));
    }
  }
  const images = pulled.map(name => ({ name }));
  if (json) writeJson(context.stdout, 'sampan.pull/1', { project: project.name, images });
  const [first] = errors;
  if (first === undefined) return;
  for (const error of errors.slice(1))
    if (isSampanError(error)) context.stderr.write(`sampan: ${error.message}\n`);
  throw first;
}

async function pull(
  context: Context,
  { images, traffic }: Carrying,
  what: { readonly name: string; readonly isWhole: boolean; readonly gate: Gate | undefined },
): Promise<Written> {
  const name = what.name.replace(/^docker:\/\//, '');
  const before = traffic.total();
  return await inStage(context.progress, {
    title: `Pull ${name}`,
    run: async stage => {
      traffic.showIn(stage);
      await using image = await openSource(`docker://${name}`, images);
      const root = what.isWhole ? image.root : image.image.descriptor;
      const reference = image.reference ?? name;
      const signed = { name: image.name, source: image.source, root, parents: [image.root] };
      await what.gate?.admit({ ...signed, reference });
      const place = openTarget(`store:${reference}`, images);
      const written = await place.write(image.source, root, { signal: context.signal });
      const keep = { layout: images.store, to: written.root.digest, isNeeded: what.gate !== undefined };
      await keepSignatures(context, signed, keep);
      return written;
    },
    summary: () => {
      const bytes = traffic.total() - before;
      return bytes === 0 ? 'it was there' : `${formatSize(bytes)} fetched`;
    },
  });
}
