import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';
import { type Digest, hexOf, makeDirectories } from '../../core/bytes/index.ts';
import { SampanError, systemCode, wrap } from '../../core/errors/index.ts';
import { formatPlan, type PlanRecord, parsePlan, type SlimResult } from '../../image/slim/index.ts';

/** Keeps a plan, to be found by each of these digests. */
export async function saveReport(
  directory: string,
  result: SlimResult,
  digests: readonly Digest[],
): Promise<void> {
  const bytes = await promisify(gzip)(formatPlan(result.plan, result.dropped), { level: 1 });
  makeDirectories(directory);
  for (const digest of digests) {
    const path = fileOf(directory, digest);
    await writeFile(`${path}.new`, bytes);
    await rename(`${path}.new`, path);
  }
}

/** The plan that was kept last for one of these digests. @throws SampanError `not-found`. */
export function readReport(directory: string, digests: readonly Digest[]): PlanRecord {
  for (const digest of digests) {
    try {
      return parsePlan(gunzipSync(readFileSync(fileOf(directory, digest))).toString());
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw wrap(`reading the report of ${digest}`, error);
    }
  }
  throw new SampanError('not-found', 'this image was not slimmed here', {
    remedy: 'slim it first: sampan slim IMAGE; then ask again with the name of either image',
  });
}

function fileOf(directory: string, digest: Digest): string {
  return join(directory, `${hexOf(digest)}.json.gz`);
}
