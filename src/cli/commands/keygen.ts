import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeAtomically } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { generateKeyPair } from '../../trust/sign/index.ts';
import { choice, defineCommand, file, flag, optional } from '../command/index.ts';
import { writeJson } from '../output/index.ts';
import { readPassword } from '../trust/index.ts';

/** `sampan keygen`. */
export const keygenCommand = defineCommand({
  description:
    'Makes a pair of keys: NAME.key signs images and stays where they are made, NAME.pub verifies them and goes to every device. The private key is encrypted with a password as cosign does it, so that either program uses the keys of the other. Nothing that is there is overwritten.',
  arguments: {
    name: optional({ description: 'the path of both files without their ends; sampan unless told' }),
  },
  options: {
    type: choice({
      values: ['ecdsa-p256', 'ed25519'],
      default: 'ecdsa-p256',
      description: 'the kind of key; cosign makes ecdsa-p256',
    }),
    passwordFile: file({ description: 'the password is the first line of FILE' }),
    plain: flag({ description: 'do not encrypt the private key' }),
    json: flag({ description: 'print JSON, schema sampan.keygen/1' }),
  },
  examples: [
    { line: 'keygen team', explanation: 'team.key and team.pub; asks for a password' },
    { line: 'keygen ci --password-file secret.txt', explanation: 'without anybody to ask' },
  ],
  async run(context, { name = 'sampan', type, passwordFile, plain, json }) {
    const [privateKey, publicKey] = [`${name}.key`, `${name}.pub`];
    const paths = [privateKey, publicKey].map(path => resolve(context.cwd, path));
    for (const path of paths) await refuseToOverwrite(path);
    const password = plain
      ? undefined
      : await readPassword(context, { passwordFile, what: privateKey, isNew: true });
    const pair = await generateKeyPair({ kind: type, password });
    const { signal } = context;
    await writeAtomically(paths[0]!, once(pair.privatePem), { mode: 0o600, signal });
    await writeAtomically(paths[1]!, once(pair.publicPem), { signal });
    if (json) writeJson(context.stdout, 'sampan.keygen/1', { privateKey, publicKey, type, id: pair.id });
    else context.stdout.write(`${privateKey}\n${publicKey}\n`);
  },
});

async function refuseToOverwrite(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined)) === undefined) return;
  throw new SampanError('usage', `${path} is there already`, {
    remedy: 'choose another name: images that are signed with a key need it for ever',
  });
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
