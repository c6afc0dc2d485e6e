import type { Key } from 'node:readline';

const NAMED = new Set([
  'up',
  'down',
  'left',
  'right',
  'pageup',
  'pagedown',
  'home',
  'end',
  'tab',
  'space',
  'escape',
  'backspace',
]);
const PRINTABLE = /^[^\p{Cc}\p{Cs}]$/u;

/** The name of a key (`up`, `shift+tab`, `ctrl+a`), or the character that it types; `undefined` for what is neither. */
export function keyName(text: string | undefined, key: Key): string | undefined {
  const { name, ctrl, shift, meta, sequence } = key;
  if (sequence === '\0') return 'ctrl+space';
  if (name === 'return' || name === 'enter') return 'enter';
  if (name === 'tab' && shift === true) return 'shift+tab';
  if (ctrl === true) return name === undefined ? undefined : `ctrl+${name}`;
  if (name !== undefined && NAMED.has(name)) return name;
  return meta !== true && text !== undefined && PRINTABLE.test(text) ? text : undefined;
}
