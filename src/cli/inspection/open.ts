import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeDirectories } from '../../core/bytes/index.ts';
import { connectDocker } from '../../core/docker/index.ts';
import { wrap } from '../../core/errors/index.ts';
import { parsePlatform } from '../../core/oci/index.ts';
import { openStore, type StoreContext } from '../../core/store/index.ts';
import { NO_CACHE, type ScanCache, scanCache } from '../../image/inspect/index.ts';
import type { Context } from '../context/index.ts';
import { keepHeapSmall } from '../memory/index.ts';
import { registriesWhenNeeded } from '../registry/index.ts';

/** What commands that only look at images work with: no engine that runs anything is loaded. */
export interface Looking {
  readonly images: StoreContext;
  readonly cache: ScanCache;
}

/** Opens the store, where layers that were read are remembered. */
export async function openLooking(
  context: Context,
  options: { readonly platform: string | undefined; readonly noCache: boolean },
): Promise<Looking> {
  keepHeapSmall();
  const { env, home } = context;
  const data = join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'sampan');
  const workDirectory = env.TMPDIR
    ? join(env.TMPDIR, `sampan-${process.geteuid?.() ?? 0}`)
    : join(data, 'work');
  const store = await openStore(data);
  makeDirectories(workDirectory, { mode: 0o700 });
  const search = { host: env.DOCKER_HOST, runtimeDirectory: env.XDG_RUNTIME_DIR };
  return {
    images: {
      store,
      workDirectory,
      signal: context.signal,
      ...(options.platform === undefined ? {} : { platform: parsePlatform(options.platform) }),
      docker: () => connectDocker(search),
      registries: registriesWhenNeeded(context, { data }),
    },
    cache: options.noCache ? NO_CACHE : scanCache(join(data, 'scans')),
  };
}

/** Writes a page where a person wants it. */
export function writePage(context: Pick<Context, 'cwd'>, path: string, page: string): void {
  try {
    writeFileSync(resolve(context.cwd, path), page);
  } catch (error) {
    throw wrap(`writing ${path}`, error);
  }
}
