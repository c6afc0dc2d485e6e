import { dirname, join, resolve } from 'node:path';
import { isSampanError } from '../../core/errors/index.ts';
import { MAX_KEY_BYTES, MAX_POLICY_BYTES, type Policy, parsePolicy } from '../../trust/sign/index.ts';
import type { Context } from '../context/index.ts';
import { readSmall } from './files.ts';

/** The policy of the device, whoever uses it. */
const SYSTEM_POLICY = '/etc/sampan/policy.yaml';

/**
 * The trust policy that holds: the one that is named, or that `SAMPAN_POLICY` names, or the device's, or the
 * user's. None where there is none.
 *
 * @throws SampanError for one that is there and cannot be read, or that was named and is not there: then nothing
 *   may be let in.
 */
export async function openPolicy(
  context: Pick<Context, 'env' | 'home' | 'cwd'>,
  named: string | undefined,
): Promise<Policy | undefined> {
  const { env, home, cwd } = context;
  const wanted = named ?? (env.SAMPAN_POLICY || undefined);
  if (wanted !== undefined) return await readPolicy(resolve(cwd, wanted));
  const ofUser = join(env.XDG_CONFIG_HOME || join(home, '.config'), 'sampan', 'policy.yaml');
  for (const path of [SYSTEM_POLICY, ofUser]) {
    const found = await readPolicyIfThere(path);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function readPolicyIfThere(path: string): Promise<Policy | undefined> {
  const bytes = await readSmall(path, MAX_POLICY_BYTES).catch(error => {
    if (isSampanError(error, 'not-found')) return undefined;
    throw error;
  });
  return bytes === undefined ? undefined : await parsed(bytes, path);
}

async function readPolicy(path: string): Promise<Policy> {
  return await parsed(await readSmall(path, MAX_POLICY_BYTES), path);
}

async function parsed(bytes: Uint8Array, path: string): Promise<Policy> {
  const readKey = async (key: string): Promise<Uint8Array> =>
    await readSmall(resolve(dirname(path), key), MAX_KEY_BYTES);
  return await parsePolicy(bytes, { path, readKey });
}
