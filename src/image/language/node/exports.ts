import { isRecord } from './manifest.ts';

const MAX_STEPS = 2000;

/**
 * The paths that `exports` or `imports` give for a key, `.` or `./sub` or `#name`, most wanted first (Node.js,
 * "Packages: resolution algorithm"). All paths that the conditions allow are given, not only the first.
 */
export function mapped(map: unknown, key: string, conditions: ReadonlySet<string>): string[] {
  const table = isRecord(map) && Object.keys(map).some(name => /^[.#]/.test(name)) ? map : { '.': map };
  if (Object.hasOwn(table, key) && !key.includes('*')) return targets(table[key], conditions);
  let best: string | undefined;
  for (const name of Object.keys(table)) {
    const [head = '', tail = ''] = name.split('*');
    const open = name.includes('*') || name.endsWith('/');
    if (!open || !key.startsWith(head) || !key.endsWith(tail) || key.length < head.length + tail.length)
      continue;
    if (best === undefined || head.length > best.split('*')[0]!.length) best = name;
  }
  if (best === undefined) return [];
  const [head = '', tail = ''] = best.split('*');
  const middle = key.slice(head.length, key.length - tail.length);
  return targets(table[best], conditions).map(target =>
    target.includes('*') ? target.replaceAll('*', middle) : target + (best.endsWith('/') ? middle : ''),
  );
}

/** The strings in a target, conditions applied. */
function targets(value: unknown, conditions: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const todo: unknown[] = [value];
  for (let n = 0; todo.length > 0 && n < MAX_STEPS; n++) {
    const next = todo.shift();
    if (typeof next === 'string') found.push(next);
    else if (Array.isArray(next)) todo.unshift(...next.slice(0, 100));
    else if (isRecord(next)) {
      const key = Object.keys(next).find(name => conditions.has(name));
      if (key !== undefined) todo.unshift(next[key]);
    }
  }
  return found;
}
