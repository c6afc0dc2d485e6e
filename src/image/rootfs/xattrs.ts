import { spawn, spawnSync } from 'node:child_process';
import { encodeName } from '../../core/bytes/index.ts';
import type { FileNode, Node } from '../tree/index.ts';

/** Only of so many is it found out which of them failed. */
const MAX_SINGLE = 200;

/**
 * Sets extended attributes below `directory` with `setfattr`, all in one call, and returns the paths that
 * are left without some of theirs.
 */
export function setXattrs(nodes: readonly Node[], directory: string): string[] {
  if (nodes.length === 0) return [];
  const done = restore(nodes.map(dump).join('\n'), directory);
  if (done === 'all') return [];
  const failed =
    done === 'none' || nodes.length > MAX_SINGLE
      ? nodes
      : nodes.filter(node => restore(dump(node), directory) !== 'all');
  return failed.map(node => node.path);
}

/** Gives every file the attribute `name` with an empty value; false when that cannot be done. */
export function markFiles(files: readonly FileNode[], name: string, directory: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn('setfattr', RESTORE, { cwd: directory, stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => resolve(false));
  child.on('close', code => resolve(code === 0));
  child.stdin.on('error', () => {});
  child.stdin.end(files.map(file => `# file: ${escaped(file.path)}\n${name}=""\n`).join('\n'));
  return promise;
}

const RESTORE = ['--no-dereference', '--restore=-'];

/** `none` where the program is not there. */
function restore(records: string, directory: string): 'all' | 'some' | 'none' {
  const { status, error } = spawnSync('setfattr', RESTORE, {
    cwd: directory,
    input: records,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  if (error !== undefined) return 'none';
  return status === 0 ? 'all' : 'some';
}

/** A record as `getfattr --dump` writes it. */
function dump(node: Node): string {
  const values = [...(node.meta.xattrs ?? [])].map(
    ([key, value]) => `${key}=0s${Buffer.from(value).toString('base64')}`,
  );
  return `# file: ${escaped(node.path)}\n${values.join('\n')}\n`;
}

function escaped(path: string): string {
  const plain = encodeName(path.slice(1)).toString('latin1');
  return plain === ''
    ? '.'
    : plain.replace(/[^!-[\]-~]/g, byte => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
