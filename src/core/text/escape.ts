// Controls can move the cursor and rename windows; direction marks make one name look like another.
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;

/**
 * `text` from an image or a network, safe to show: control characters, direction marks and bytes that are
 * not UTF-8 become visible escapes (`\x1b`, `\u202e`, `\xff`).
 */
export function visible(text: string): string {
  return text.replace(UNSAFE, escapeOne);
}

/** As {@link visible}, but line breaks stay. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function escapeOne(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
