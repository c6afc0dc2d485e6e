import { closeSync, openSync, writeSync } from 'node:fs';
import { tarEnd, tarHeader, tarPadding } from '../src/core/tar/index.ts';

/** Writes a layer of `entries` files of `fileBytes` each, in folders of a hundred; the same each time. */
export function writeLayer(path: string, entries: number, fileBytes: number): void {
  const file = openSync(path, 'w');
  const content = Buffer.alloc(fileBytes);
  for (let at = 0; at < fileBytes; at++) content[at] = (at * 31 + (at >> 8)) & 0xff;
  for (let index = 0; index < entries; index++) {
    content.writeUInt32LE(index);
    const folder = Math.floor(index / 100);
    const header = tarHeader({
      type: 'file',
      path: `usr/share/folder-${folder}/file-${index}`,
      size: fileBytes,
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: 0,
    });
    for (const part of [header, content, tarPadding(fileBytes)]) writeSync(file, part);
  }
  writeSync(file, tarEnd());
  closeSync(file);
}
