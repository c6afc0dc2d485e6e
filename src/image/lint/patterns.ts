/** A line of `.dockerignore`. */
export interface IgnorePattern {
  readonly expression: RegExp;
  /** It began with `!`: what it names is kept after all. */
  readonly keeps: boolean;
}

const MAX_PATTERNS = 1000;
const MAX_LENGTH = 300;

/** Reads `.dockerignore` (Docker build context, ".dockerignore files"). */
export function readIgnore(text: string): IgnorePattern[] {
  return text
    .split(/\r?\n/)
    .slice(0, MAX_PATTERNS)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#') && line.length <= MAX_LENGTH)
    .map(line => {
      const keeps = line.startsWith('!');
      return { expression: patternOf(keeps ? line.slice(1).trim() : line), keeps };
    });
}

/** Whether a path of the context never reaches the builder; the last line that fits decides. */
export function isIgnored(patterns: readonly IgnorePattern[], path: string): boolean {
  const bare = path.replace(/^(?:\.?\/)+/, '').replace(/\/$/, '');
  if (bare.length > MAX_LENGTH || bare === '') return false;
  // A directory of which something is kept is there.
  const fits = patterns.findLast(
    ({ expression, keeps }) =>
      expression.test(bare) || (keeps && expression.source.includes(`^${escaped(bare)}\\/`)),
  );
  return fits !== undefined && !fits.keeps;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function patternOf(line: string): RegExp {
  const parts = line
    .replace(/^\/+|\/+$/g, '')
    .split('/')
    .filter(part => part !== '.');
  // Runs of wildcards are one: two beside each other make matching slow.
  const source = parts
    .map(part =>
      part === '**'
        ? '**'
        : escaped(part)
            .replace(/(?:\\\*)+/g, '[^/]*')
            .replaceAll('\\?', '[^/]'),
    )
    .filter((part, at, all) => part !== '**' || all[at - 1] !== '**')
    .join('\\/')
    .replaceAll('**\\/', '(?:.*\\/)?')
    .replaceAll('**', '.*');
  return new RegExp(`^${source}(?:\\/|$)`);
}

/** Whether a path is among some globs: `*` within a name, `**` across directories; a directory means all in it. */
export function matchesAny(globs: readonly string[], path: string): boolean {
  return isIgnored(readIgnore(globs.join('\n')), path);
}
