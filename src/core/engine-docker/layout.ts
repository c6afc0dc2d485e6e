import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What of a root file system is at its top, by how Docker is given it. */
export interface RootLayout {
  /** Directories and files to bind-mount, by name. */
  readonly mounted: readonly string[];
  /** Links to put into the image, with their targets: a link cannot be mounted. */
  readonly links: readonly { readonly name: string; readonly target: string }[];
}

/** The kernel's file systems: the engine mounts its own. */
const KERNEL = new Set(['proc', 'sys', 'dev']);

/** Looks at the top of a root file system. Sockets, devices and pipes there are left out. */
export function rootLayout(rootfs: string): RootLayout {
  const entries = readdirSync(rootfs, { withFileTypes: true }).filter(entry => !KERNEL.has(entry.name));
  const mounted = entries.filter(entry => entry.isDirectory() || entry.isFile());
  const links = entries.filter(entry => entry.isSymbolicLink());
  return {
    mounted: mounted.map(entry => entry.name).sort(),
    links: links.map(({ name }) => ({ name, target: readlinkSync(join(rootfs, name)) })),
  };
}

/** A tar archive (POSIX ustar) of symbolic links alone. */
export function linksTar(links: RootLayout['links']): Uint8Array {
  const headers = links.filter(fits).map(linkHeader);
  return Buffer.concat([...headers, Buffer.alloc(1024)]);
}

function fits(link: { readonly name: string; readonly target: string }): boolean {
  return Buffer.byteLength(link.name) <= 100 && Buffer.byteLength(link.target) <= 100;
}

function linkHeader({ name, target }: { readonly name: string; readonly target: string }): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000777\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write('00000000000\0', 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('2', 156);
  header.write(target, 157);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
