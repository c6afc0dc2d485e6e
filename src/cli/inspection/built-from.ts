import { readFileSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SampanError, wrap } from '../../core/errors/index.ts';
import type { BuiltFrom } from '../../image/inspect/index.ts';

const MAX_BYTES = 4 << 20;

/**
 * The Dockerfile that a person named, for reports to point at.
 *
 * @throws SampanError `not-found`, `limit` above 4 MiB.
 */
export async function readBuiltFrom(cwd: string, path: string | undefined): Promise<BuiltFrom | undefined> {
  if (path === undefined) return undefined;
  const text = readText(resolve(cwd, path), path);
  const { builtLines } = await import('../../image/lint/index.ts');
  return { uri: uriOf(cwd, resolve(cwd, path)), lineOf: builtLines(path, text) };
}

function uriOf(cwd: string, full: string): string {
  const short = relative(cwd, full);
  return short.startsWith('..') ? pathToFileURL(full).href : encodeURI(short.split(sep).join('/'));
}

function readText(full: string, path: string): string {
  try {
    if (statSync(full).size > MAX_BYTES)
      throw new SampanError('limit', `${path} has more than the ${MAX_BYTES} bytes that are read`);
    return readFileSync(full, 'utf8');
  } catch (error) {
    throw error instanceof SampanError ? error : wrap(`reading ${path}`, error);
  }
}
