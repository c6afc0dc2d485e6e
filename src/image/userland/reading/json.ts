import { readContent } from '../../../core/bytes/index.ts';
import type { Tree } from '../../tree/index.ts';

const JSON_MAX_BYTES = 64 << 20;

/** What a JSON file says. Absent when it is no regular file, no JSON, or has more than 64 MiB. */
export function readJson(tree: Tree, path: string): unknown {
  const node = tree.resolve(path)?.node;
  if (node?.kind !== 'file' || node.content.size > JSON_MAX_BYTES) return undefined;
  const text = readContent(node.content, JSON_MAX_BYTES)
    .toString()
    .replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The own member `key` of an object; absent for anything else. */
export function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

/** The own member `key`, where it is a string. */
export function textMember(value: unknown, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** The strings of an array; empty for anything else. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}
