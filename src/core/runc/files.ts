import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BindMount } from '../engine/index.ts';

/**
 * Writes the three files of `/etc` that an engine makes for a container, and says where they are to be seen.
 * The container may write them; its root file system keeps its own.
 */
export function writeEtcFiles(directory: string, hostname: string): readonly BindMount[] {
  mkdirSync(directory, { mode: 0o755 });
  const contents: Readonly<Record<string, string>> = {
    hosts: hostsText(hostname),
    hostname: `${hostname}\n`,
    'resolv.conf': hostResolver(),
  };
  return Object.entries(contents).map(([name, text]) => {
    const source = join(directory, name);
    writeFileSync(source, text, { mode: 0o644 });
    return { source, target: `/etc/${name}`, readOnly: false };
  });
}

function hostsText(hostname: string): string {
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'ff00::0\tip6-mcastprefix',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    // There is no other address: a server that binds to its own name must be reached too.
    `127.0.0.1\t${hostname}`,
    '',
  ].join('\n');
}

function hostResolver(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return '';
  }
}
