import { SampanError } from '../../core/errors/index.ts';
import { formatReference, parseReference, shortReference } from '../../core/oci/index.ts';
import { openSource } from '../../core/store/index.ts';
import {
  formatStatement,
  NAME_ANNOTATION,
  type SigningKey,
  signBundle,
  TIME_ANNOTATION,
} from '../../trust/sign/index.ts';
import { defineCommand, file, flag, list, several, text } from '../command/index.ts';
import type { Context } from '../context/index.ts';
import { writeJson } from '../output/index.ts';
import { type Carrying, openCarrying, REGISTRY_OPTIONS } from '../registry/index.ts';
import { openSigningKey, signaturePlace, signedName } from '../trust/index.ts';

/** `sampan sign`. */
export const signCommand = defineCommand({
  description:
    'Signs images with a private key, so that whoever has the public one knows whose they are and that no byte was changed. The signature is kept beside the image, goes with it into bundles, deltas and registries, and is verified offline, by sampan and by cosign (cosign verify --key FILE --insecure-ignore-tlog). It says for which name and when it was made, which a policy may ask for. Images in registries are signed as they are there: sign what was pushed.',
  arguments: {
    image: several({ description: 'store:NAME, oci:DIR[:TAG], docker://REGISTRY/NAME, or a bare name' }),
  },
  options: {
    key: file({ description: 'the private key: of sampan keygen, of cosign, or PKCS#8 in PEM' }),
    passwordFile: file({
      description:
        'the password of the key is the first line of FILE; else COSIGN_PASSWORD, or it is asked for',
    }),
    name: text({ description: 'sign it for this name, not for the one that it has here' }),
    annotation: list({
      short: 'a',
      placeholder: 'KEY=VALUE',
      description: 'say this too in what is signed; may be repeated',
    }),
    platform: text({
      placeholder: 'OS/ARCH',
      description: 'sign only this platform of several; all of them unless told',
    }),
    ...REGISTRY_OPTIONS,
    json: flag({ description: 'print JSON, schema sampan.sign/1' }),
  },
  examples: [
    { line: 'sign app:1.2 --key team.key', explanation: 'an image in the store' },
    { line: 'sign docker://registry.example/app:1.2 --key team.key', explanation: 'one that was pushed' },
    {
      line: 'sign app:1.2 --key team.key --name registry.example/team/app:stable',
      explanation: 'for the name that devices know it by',
    },
  ],
  async run(context, { image, key, json, passwordFile, name, annotation, platform, ...values }) {
    if (key === undefined) {
      throw new SampanError('usage', 'no key is named', {
        remedy: 'sign with --key FILE; sampan keygen makes one',
      });
    }
    const annotations = Object.fromEntries(annotation.map(pair));
    const toolbox = await openCarrying(context, { ...values, platform });
    const signing = await openSigningKey(context, { key, passwordFile });
    const made: Signed[] = [];
    for (const each of image) {
      made.push(await signOne(each, { context, toolbox, signing, name, annotations, platform }));
    }
    if (json) writeJson(context.stdout, 'sampan.sign/1', { key: signing.publicKey.id, signed: made });
    else for (const { image: at, digest } of made) context.stdout.write(`${at}@${digest}\n`);
  },
});

interface Signed {
  readonly image: string;
  readonly digest: string;
  readonly name: string | undefined;
  readonly time: string;
}

interface Job {
  readonly context: Context;
  readonly toolbox: Carrying;
  readonly signing: SigningKey;
  readonly name: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly platform: string | undefined;
}

async function signOne(text: string, job: Job): Promise<Signed> {
  const { context, toolbox, signing } = job;
  await using opened = await openSource(text, toolbox.images);
  const place = signaturePlace(opened, { store: toolbox.store, signal: context.signal });
  const subject = job.platform === undefined ? opened.root : opened.image.descriptor;
  const name = job.name === undefined ? signedName(opened) : shortReference(parseReference(job.name));
  const time = new Date(context.now()).toISOString();
  const annotations = {
    ...job.annotations,
    [TIME_ANNOTATION]: time,
    ...(name === undefined ? {} : { [NAME_ANNOTATION]: formatReference(parseReference(name)) }),
  };
  const bundle = signBundle(formatStatement(subject.digest, annotations), signing);
  await place.put({ subject, bundle, created: time });
  return { image: opened.name, digest: subject.digest, name, time };
}

function pair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new SampanError('usage', `--annotation ${text}: not KEY=VALUE`);
}
