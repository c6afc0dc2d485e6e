import { posix } from 'node:path';
import type { View } from '../view/index.ts';

/** What a shell, and Docker, take when no `PATH` is set. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The path of a program as `execvp` finds it: a name with a slash is a path from `cwd`, any other is looked
 * for along `PATH`, then among the tools of Node packages in `cwd`. It is not resolved further: symlinks stay.
 */
export function findProgram(view: View, name: string, cwd: string = view.cwd): string | undefined {
  if (name === '' || name.length > 4096 || name.includes('\0')) return undefined;
  if (name.includes('/')) {
    const path = posix.resolve(cwd, name);
    return view.file(path) === undefined ? undefined : path;
  }
  const dirs = [...(view.env.PATH ?? DEFAULT_PATH).split(':'), posix.join(cwd, 'node_modules/.bin')];
  for (const dir of dirs) {
    const path = posix.resolve(cwd, dir, name);
    const file = view.names(posix.dirname(path)).has(name) ? view.file(path) : undefined;
    if (file !== undefined && (file.meta.mode & 0o111) !== 0) return path;
  }
  return undefined;
}
