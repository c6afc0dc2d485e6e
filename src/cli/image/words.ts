import { SampanError } from '../../core/errors/index.ts';

/**
 * Splits a command line into words as a shell does, with quotes and backslashes, but nothing is expanded.
 *
 * @throws SampanError `usage` for an open quote, or no word at all.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at]!;
    if (quote !== '' && char === quote) quote = '';
    else if (char === '\\' && quote !== "'" && at + 1 < line.length) word = (word ?? '') + line[++at]!;
    else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  if (quote === '' && words.length > 0) return words;
  throw new SampanError(
    'usage',
    quote === '' ? 'an empty command' : `an open ${quote} in the command: ${line}`,
  );
}
