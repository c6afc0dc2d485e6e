import { SampanError } from '../../core/errors/index.ts';
import { type BlobSource, type OpenImage, openSource } from '../../core/store/index.ts';
import { type Claim, type Permit, refusal, type SignedImage, verifyImage } from '../../trust/sign/index.ts';
import { defineCommand, file, flag, list, required, text } from '../command/index.ts';
import type { Context } from '../context/index.ts';
import { visible, writeJson } from '../output/index.ts';
import { openCarrying, REGISTRY_OPTIONS } from '../registry/index.ts';
import {
  evidenceLayout,
  GATE_OPTIONS,
  openGate,
  openVerificationKeys,
  signedName,
  withEvidence,
} from '../trust/index.ts';

/** `sampan verify`. */
export const verifyCommand = defineCommand({
  description:
    'Tells whose an image is and that no byte was changed: it is signed by a key that is given, or as the policy of this device asks for its name. Reads signatures of sampan and of cosign (with a pair of keys), in both of its formats. No network is asked but where the image itself is. Nothing is remembered: whether an image is older than the last one is looked at, where the policy asks for it.',
  arguments: {
    image: required({
      description: 'store:NAME, oci:DIR[:TAG], a bundle or archive, docker://REGISTRY/NAME, or a bare name',
    }),
  },
  options: {
    key: list({
      placeholder: 'FILE',
      complete: 'files',
      description: 'a public key; one of those that are given must have signed; no policy is asked then',
    }),
    policy: file({ description: GATE_OPTIONS.policy.description }),
    name: text({
      description: 'the name that the policy is asked for; the one that it has there unless told',
    }),
    platform: text({
      placeholder: 'OS/ARCH',
      description: 'only this platform of several; all of them must be signed unless told',
    }),
    ...REGISTRY_OPTIONS,
    json: flag({ description: 'print JSON, schema sampan.verify/1' }),
  },
  exitCodes: { 3: 'the image is not signed as it should be' },
  examples: [
    { line: 'verify app:1.2 --key team.pub', explanation: 'against a key' },
    { line: 'verify update.tar --policy policy.yaml', explanation: 'a file, against a policy' },
  ],
  async run(context, { image, key, policy, name, platform, json, ...values }) {
    const { images } = await openCarrying(context, { ...values, platform });
    if (key.length > 0 && policy !== undefined) {
      throw new SampanError('usage', '--key and --policy cannot both say what is trusted');
    }
    const keys = await openVerificationKeys(context, key);
    await using opened = await openSource(image, images);
    const source = await withEvidence(opened, evidenceLayout(context));
    const signed = signedImage(opened, { platform, source });
    const permit =
      keys.length > 0
        ? await byKeys(signed, keys, context)
        : await byPolicy(context, { ...signed, reference: name ?? signedName(opened) }, policy);
    if (json) print(context, opened, { digest: signed.root.digest, permit });
    else write(context, opened, { digest: signed.root.digest, permit });
  },
});

function signedImage(
  opened: OpenImage,
  { platform, source }: { readonly platform: string | undefined; readonly source: BlobSource },
): SignedImage {
  const { name, root, image } = opened;
  const isPart = platform !== undefined && root.digest !== image.descriptor.digest;
  return isPart ? { name, source, root: image.descriptor, parents: [root] } : { name, source, root };
}

async function byKeys(
  image: SignedImage,
  keys: Awaited<ReturnType<typeof openVerificationKeys>>,
  { signal }: Context,
): Promise<Permit> {
  const { claims, problems, isCoveredBy } = await verifyImage(image, keys, { signal });
  if (isCoveredBy(claims, 1)) return { verdict: 'signed', claims };
  const partly = new SampanError('unproven', 'only some of its platforms are signed');
  throw refusal(image, claims.length > 0 ? [partly, ...problems] : problems);
}

async function byPolicy(
  context: Context,
  image: SignedImage & { readonly reference: string | undefined },
  policy: string | undefined,
): Promise<Permit> {
  const gate = await openGate(context, { policy, allowRollback: false, isTrial: true });
  if (gate === undefined) {
    throw new SampanError('usage', 'neither a key nor a policy says what is trusted', {
      remedy: 'give --key FILE or --policy FILE, or write /etc/sampan/policy.yaml',
    });
  }
  return await gate.admit(image);
}

interface Result {
  readonly digest: string;
  readonly permit: Permit;
}

function write({ stdout }: Context, { name }: OpenImage, { digest, permit }: Result): void {
  const how = permit.verdict === 'signed' ? 'signed' : 'let in without a signature, as the policy says';
  stdout.write(`${name}@${digest}: ${how}\n`);
  for (const claim of permit.claims)
    stdout.write(`  by ${visible(claim.key.name)} (${claim.key.id})${detail(claim)}\n`);
}

function detail({ signedAtMs, name }: Claim): string {
  const time = signedAtMs === undefined ? '' : `, ${new Date(signedAtMs).toISOString()}`;
  return `${time}${name === undefined ? '' : `, for ${visible(name)}`}`;
}

function print({ stdout }: Context, { name }: OpenImage, { digest, permit }: Result): void {
  const { verdict, rule, claims } = permit;
  const signatures = claims.map(claim => ({
    key: claim.key.id,
    keyName: claim.key.name,
    format: claim.format,
    digest: claim.subject,
    ...(claim.name === undefined ? {} : { name: claim.name }),
    ...(claim.signedAtMs === undefined ? {} : { time: new Date(claim.signedAtMs).toISOString() }),
    annotations: claim.annotations,
  }));
  writeJson(stdout, 'sampan.verify/1', { image: name, digest, verdict, rule, signatures });
}
