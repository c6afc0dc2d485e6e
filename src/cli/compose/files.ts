import { closeSync, existsSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SampanError, wrap } from '../../core/errors/index.ts';
import type { Files } from '../../run/compose/index.ts';
import type { Context } from '../context/index.ts';

const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const MAX_BYTES = 16 << 20;

/** The files of this machine. */
export const machineFiles: Files = {
  read: path => {
    try {
      return readBounded(path);
    } catch (error) {
      throw wrap(`reading ${path}`, error);
    }
  },
  real: path => {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  },
};

/** A device has no size, and no end. @throws SampanError `limit`. */
function readBounded(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(64 * 1024);
      const length = readSync(fd, chunk);
      if (length === 0) return Buffer.concat(chunks).toString('utf8');
      size += length;
      if (size > MAX_BYTES)
        throw new SampanError('limit', `${path} has more than ${MAX_BYTES} bytes`, {
          remedy: 'name a Compose file, or split it with include',
        });
      chunks.push(chunk.subarray(0, length));
    }
  } finally {
    closeSync(fd);
  }
}

/** The Compose files that are meant: named, of `COMPOSE_FILE`, or found here or above, with an override beside. */
export function composeFiles(
  { cwd, env }: Pick<Context, 'cwd' | 'env'>,
  named: readonly string[],
): readonly string[] {
  const listed = env.COMPOSE_FILE?.split(env.COMPOSE_PATH_SEPARATOR ?? ':').filter(Boolean) ?? [];
  const given = named.length > 0 ? named : listed;
  if (given.length > 0) return given.map(path => resolve(cwd, path));
  for (let directory = cwd; ; directory = dirname(directory)) {
    const found = NAMES.map(name => join(directory, name)).find(path => existsSync(path));
    if (found !== undefined) return [found, ...overrideOf(found)];
    if (directory === dirname(directory)) break;
  }
  throw new SampanError('not-found', `there is no ${NAMES[0]} here or in a directory above`, {
    remedy: 'name one with -f FILE',
  });
}

function overrideOf(path: string): readonly string[] {
  const extensions = ['.yaml', '.yml'];
  const base = path.replace(/\.ya?ml$/, '.override');
  return extensions
    .map(extension => base + extension)
    .filter(name => existsSync(name))
    .slice(0, 1);
}
