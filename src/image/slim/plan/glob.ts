import { SampanError } from '../../../core/errors/index.ts';
import type { Tree } from '../../tree/index.ts';
import { realPaths } from '../../userland/packages/os/index.ts';

/**
 * Makes a test of absolute paths from patterns as people write them: `*` and `?` stay inside a name, `**` goes
 * through directories, `[…]` is a class; a pattern that names a directory holds for all that is in it.
 *
 * @throws SampanError `usage` for a pattern that is not absolute or has an open bracket.
 */
export function globs(patterns: readonly string[]): (path: string) => boolean {
  const tests = patterns.map(globExpression);
  return path => tests.some(test => test.test(path));
}

/**
 * As {@link globs}, of the real paths of a tree: symlinks among the directories that a pattern begins with are
 * followed, so `/bin/sh` means `/usr/bin/sh` on a merged system. @throws as `globs` does.
 */
export function globsIn(tree: Tree, patterns: readonly string[]): (path: string) => boolean {
  const real = realPaths(tree);
  return globs(
    patterns.map(pattern => {
      const wild = pattern.search(/[*?[]/);
      const end = pattern.lastIndexOf('/', wild === -1 ? pattern.replace(/\/+$/, '').length : wild);
      return end <= 0 ? pattern : real(`${pattern.slice(0, end)}/`).slice(0, -1) + pattern.slice(end);
    }),
  );
}

function globExpression(pattern: string): RegExp {
  if (!pattern.startsWith('/')) {
    throw new SampanError('usage', `the pattern ${pattern} is not absolute`, {
      remedy: 'begin it with a slash, as in /app/**/*.map',
    });
  }
  if (/\[(?![^\]/]+\])/.test(pattern))
    throw new SampanError('usage', `the pattern ${pattern} has an open bracket`);
  const source = pattern
    .replace(/\/+$/, '')
    .replace(/\*\*\/?|\*|\?|\[!?[^\]/]+\]|[\\^$.|+(){}[\]]/g, translate);
  try {
    return new RegExp(`^${source}(/.*)?$`, 's');
  } catch (error) {
    throw new SampanError('usage', `the pattern ${pattern} has no sense`, { cause: error });
  }
}

function translate(token: string): string {
  if (token === '**/') return '(?:.*/)?';
  if (token === '**') return '.*';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.length > 1) return token.replace('[!', '[^').replaceAll('\\', '\\\\');
  return `\\${token}`;
}
