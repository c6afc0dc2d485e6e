import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import { readText } from '../../reading/index.ts';

/**
 * The files that a distribution records, as absolute paths that are in the tree: `RECORD` of a
 * dist-info (relative to its site), or `installed-files.txt` of an egg-info (relative to itself).
 */
export function recordPaths(tree: Tree, metadata: string): readonly string[] {
  const record = readText(tree, `${metadata}/RECORD`);
  const installed = record === undefined ? readText(tree, `${metadata}/installed-files.txt`) : undefined;
  const base = record === undefined ? metadata : posix.dirname(metadata);
  return (record ?? installed ?? '').split('\n').flatMap(line => {
    const listed = firstField(line.replace(/\r$/, ''));
    if (listed === '') return [];
    const path = posix.resolve(base, listed);
    return tree.get(path) === undefined ? [] : [path];
  });
}

/** The first field of a line of comma-separated values (RFC 4180). */
function firstField(line: string): string {
  if (!line.startsWith('"')) return line.split(',', 1)[0]!;
  return (/^"((?:[^"]|"")*)"/.exec(line)?.[1] ?? '').replaceAll('""', '"');
}
