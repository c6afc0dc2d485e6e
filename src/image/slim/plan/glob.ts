import { SampanError } from '../../../core/errors/index.ts';

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
