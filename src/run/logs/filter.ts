import { SampanError } from '../../core/errors/index.ts';
import { isAtLeast, LEVELS, type Level, levelNamed } from './level.ts';

/** Which lines are wanted. */
export interface LogFilter {
  /** At least as bad; what says no level counts as information. */
  readonly level?: Level | undefined;
  /** One of these must be found, if there are any. */
  readonly include: readonly RegExp[];
  /** None of these may be found. */
  readonly exclude: readonly RegExp[];
}

/** A filter as it is written down. */
export interface FilterText {
  readonly level?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

const MAX_PATTERN = 1000;
/** Patterns look at so much of a line: they can take long for a longer one. */
const LOOKED_AT = 8192;

/** Reads a filter. @throws SampanError `usage` that names what is wrong after `where`. */
export function readFilter({ level, include = [], exclude = [] }: FilterText, where: string): LogFilter {
  const read = (patterns: readonly string[], key: string): readonly RegExp[] =>
    patterns.map(text => readPattern(text, `${where}${key}`));
  const filter = { include: read(include, 'include'), exclude: read(exclude, 'exclude') };
  return level === undefined ? filter : { ...filter, level: readLevel(level, `${where}level`) };
}

/** Reads the name of a level. @throws SampanError `usage`. */
function readLevel(text: string, where: string): Level {
  const level = levelNamed(text);
  if (level !== undefined) return level;
  throw new SampanError(
    'usage',
    `${where}: ${JSON.stringify(text.slice(0, 40))} is none of ${LEVELS.join(', ')}`,
  );
}

/** Reads a regular expression of JavaScript. @throws SampanError `usage`. */
export function readPattern(text: string, where: string): RegExp {
  try {
    if (text.length <= MAX_PATTERN) return new RegExp(text, 'u');
  } catch (error) {
    throw new SampanError(
      'usage',
      `${where}: ${JSON.stringify(text.slice(0, 80))} is no regular expression`,
      {
        cause: error,
      },
    );
  }
  throw new SampanError('usage', `${where}: a pattern of more than ${MAX_PATTERN} characters`);
}

/** Whether a line is wanted. */
export function passes(
  { level: least, include, exclude }: LogFilter,
  level: Level | undefined,
  text: string,
): boolean {
  if (least !== undefined && !isAtLeast(level ?? 'info', least)) return false;
  const looked = text.length > LOOKED_AT ? text.slice(0, LOOKED_AT) : text;
  if (include.length > 0 && !include.some(pattern => pattern.test(looked))) return false;
  return !exclude.some(pattern => pattern.test(looked));
}
