import { spawnSync } from 'node:child_process';
import type { Node } from '../tree/index.ts';

/**
 * Sets extended attributes below `directory` with `setfattr`, all in one call, and returns the paths that
 * are left without theirs.
 */
export function setXattrs(nodes: readonly Node[], directory: string): string[] {
  if (nodes.length === 0) return [];
  const { status } = spawnSync('setfattr', ['--no-dereference', '--restore=-'], {
    cwd: directory,
    input: nodes.map(dump).join('\n'),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return status === 0 ? [] : nodes.map(node => node.path);
}

/** A record as `getfattr --dump` writes it. */
function dump(node: Node): string {
  const name = node.path
    .slice(1)
    .replace(/[\\\n\r]/g, c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  const values = [...(node.meta.xattrs ?? [])].map(
    ([key, value]) => `${key}=0s${Buffer.from(value).toString('base64')}`,
  );
  return `# file: ${name === '' ? '.' : name}\n${values.join('\n')}\n`;
}
