import type { ElfFile } from '../elf/index.ts';
import { libNames, platformOf } from './platform.ts';

/** What stands behind the tokens of a search path (ld.so(8), "Dynamic string tokens"). */
export interface Tokens {
  readonly elf: ElfFile;
  readonly origins: readonly string[];
}

const MAX_EXPANSIONS = 64;

/** Every path that `text` may mean: `$ORIGIN`, `$LIB` and `$PLATFORM` with each of their values. */
export function expandTokens(text: string, { elf, origins }: Tokens): readonly string[] {
  let paths = [text];
  paths = replaceToken(paths, 'ORIGIN', origins);
  paths = replaceToken(paths, 'LIB', libNames(elf));
  return replaceToken(paths, 'PLATFORM', platformOf(elf).names);
}

function replaceToken(paths: readonly string[], token: string, values: readonly string[]): string[] {
  const pattern = new RegExp(`\\$(?:${token}(?![A-Za-z0-9_])|\\{${token}\\})`, 'g');
  const replaced = paths.flatMap(path =>
    path.search(pattern) === -1 ? [path] : values.map(value => path.replace(pattern, () => value)),
  );
  return replaced.slice(0, MAX_EXPANSIONS);
}

/** The directories of a search path, absolute, tokens replaced. */
export function expandPath(
  parts: readonly string[],
  tokens: Tokens,
  workingDirectory: string,
): readonly string[] {
  const expanded = parts.filter(part => part !== '').flatMap(part => expandTokens(part, tokens));
  const absolute = expanded.map(path => (path.startsWith('/') ? path : `${workingDirectory}/${path}`));
  return [...new Set(absolute.map(withoutSlashes))];
}

/** The path with single slashes, and none at its end. Dots stay: they mean what the links before them say. */
export function withoutSlashes(path: string): string {
  const single = path.replace(/\/{2,}/g, '/');
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single;
}
