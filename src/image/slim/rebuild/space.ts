import { statfsSync } from 'node:fs';
import { SampanError } from '../../../core/errors/index.ts';
import { formatSize } from '../../../core/text/index.ts';
import type { FileNode } from '../../tree/index.ts';
import type { SlimNodes } from './nodes.ts';

/**
 * Looks before anything is written whether the new layers fit: one sparse file may ask for more than any disk has.
 *
 * @param free bytes; what is free at `directory` unless told
 * @throws SampanError `no-space`, with the largest file.
 */
export function checkSpace(nodes: SlimNodes, directory: string, free: number = freeAt(directory)): void {
  let wanted = 0;
  let largest: FileNode | undefined;
  for (const { nodes: members } of nodes.layers) {
    const seen = new Set<object>();
    for (const node of members) {
      if (node.kind !== 'file' || seen.has(node.links ?? node)) continue;
      seen.add(node.links ?? node);
      wanted += node.content.size;
      if (largest === undefined || node.content.size > largest.content.size) largest = node;
    }
  }
  if (wanted <= free || largest === undefined) return;
  throw new SampanError(
    'no-space',
    `the slim image takes ${formatSize(wanted)}, and ${formatSize(free)} are free at ${directory}; its largest file is ${largest.path} (${formatSize(largest.content.size)})`,
    { remedy: `point TMPDIR and XDG_DATA_HOME at a larger disk, or leave files out: --drop ${largest.path}` },
  );
}

function freeAt(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
