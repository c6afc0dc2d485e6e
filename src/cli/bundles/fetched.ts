import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, hexOf } from '../../core/bytes/index.ts';
import type { Context } from '../context/index.ts';
import { placesOf } from '../places/index.ts';
import { type FetchValues, fetchTo, fileNameOf } from './fetch-options.ts';

/**
 * Fetches a file to a place of its own and works on it. When the work is done it is removed; when anything fails
 * it stays, and the next run goes on with it.
 */
export async function withFetched(
  context: Context,
  values: FetchValues & { readonly file: string },
  work: (path: string) => Promise<void>,
): Promise<void> {
  const url = values.file;
  const directory = join(placesOf(context).data, 'downloads', hexOf(digestOf(url)).slice(0, 32));
  const path = join(directory, fileNameOf(url));
  await fetchTo(context, values, { url, path });
  await work(path);
  await rm(directory, { recursive: true, force: true });
}
