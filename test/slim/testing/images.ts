import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostArchitecture } from '../../../src/core/engine/index.ts';
import type { Descriptor } from '../../../src/core/oci/index.ts';
import { type BlobStore, memoryStore, openTarget } from '../../../src/core/store/index.ts';
import { putImage, type TestEntry, tarOf, testContext } from '../../../src/core/store/testing/index.ts';

/** Where a static busybox is, if this machine has one. */
export const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(path => existsSync(path));

const APPLETS = ['sh', 'cat', 'env', 'httpd', 'ls', 'mkdir', 'rm', 'sleep', 'test', 'touch', 'true', 'wget'];

/** A directory of a tar. */
export function directory(path: string, more: Partial<TestEntry> = {}): TestEntry {
  return { path: `${path}/`, type: 'directory', mode: 0o755, ...more };
}

/** A symbolic link of a tar. */
export function symlink(path: string, linkPath: string): TestEntry {
  return { path, type: 'symlink', linkPath, mode: 0o777 };
}

/** What a system has: busybox and its applets, a user database, and some waste. */
export function baseEntries(): TestEntry[] {
  const dirs = ['bin', 'etc', 'tmp', 'var', 'var/lib', 'usr', 'usr/share', 'usr/share/doc'];
  return [
    ...dirs.map(path => directory(path)),
    { path: 'bin/busybox', mode: 0o755, content: readFileSync(BUSYBOX ?? '') },
    ...APPLETS.map(name => symlink(`bin/${name}`, 'busybox')),
    { path: 'etc/passwd', content: 'root:x:0:0::/root:/bin/sh\n' },
    { path: 'usr/share/doc/README', content: 'documentation\n'.repeat(1000) },
  ];
}

/** A small web app: a server, its pages, and a directory that it writes into. */
export function appEntries(): TestEntry[] {
  return [
    directory('app'),
    directory('app/data', { uid: 10, gid: 20, mode: 0o2775 }),
    { path: 'app/start', mode: 0o755, content: START },
    { path: 'app/index.html', content: '<a href="/two.html">two</a>\n' },
    { path: 'app/two.html', content: '<p>two</p>\n' },
  ];
}

const START = `#!/bin/sh
echo started >/app/data/log
echo more >>/app/two.html
touch /etc/written
exec httpd -f -p 8080 -h /app
`;

/** The members of a configuration that runs {@link appEntries}. */
export const APP_CONFIG = { Entrypoint: ['/app/start'], ExposedPorts: { '8080/tcp': {} } };

/** What a test's image is like. */
export interface TestImage {
  readonly layers: readonly (readonly TestEntry[])[];
  /** Of the container: `Cmd`, `Env`, … */
  readonly config?: object;
  /** Other members of the configuration. */
  readonly members?: object;
  readonly compression?: 'none' | 'gzip' | 'zstd';
  /** One more layer with a file of holes. */
  readonly sparse?: { readonly path: string; readonly size: number };
}

/** The web app. */
export const WEB_APP = (): TestImage => ({ layers: [baseEntries(), appEntries()], config: APP_CONFIG });

/** A tar of one file without data, in the PAX format 1.0 of GNU tar: its map has no runs. */
function sparseTar({ path, size }: { readonly path: string; readonly size: number }): Buffer {
  const record = (text: string): string => {
    const length = String(text.length + 6).length + text.length + 2;
    return `${length} ${text}\n`;
  };
  const pax = ['major=1', 'minor=0', `name=${path}`, `realsize=${size}`].map(each =>
    record(`GNU.sparse.${each}`),
  );
  const map = Buffer.alloc(512);
  map.write(`1\n${size}\n0\n`);
  const extended = tarOf([{ path: 'PaxHeaders/x', content: pax.join('') }]).subarray(0, -1024);
  extended.write('x', 156);
  return Buffer.concat([checksummed(extended), tarOf([{ path: 'sparse', content: map }])]);
}

function checksummed(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** Puts an image of this machine's architecture into a store. */
export function storeImage(store: BlobStore, image: TestImage): Promise<Descriptor> {
  const { layers, config = { Cmd: ['/bin/true'] }, members = {}, compression = 'none', sparse } = image;
  return putImage(store, {
    layers: [...layers.map(tarOf), ...(sparse === undefined ? [] : [sparseTar(sparse)])],
    compression,
    config: { os: 'linux', architecture: hostArchitecture(), config, ...members },
  });
}

/** Writes an image to a target such as `docker-archive:FILE`, and returns that. */
export async function writeImage(
  t: { after(work: () => void): void },
  image: TestImage,
  target: string,
): Promise<string> {
  const store = memoryStore();
  const root = await storeImage(store, image);
  const written = await openTarget(target, await testContext(t)).write(store, root, {
    reference: 'test/app:1',
  });
  return written.name;
}

/** The web app as a Docker archive in `directory`. */
export function webApp(t: { after(work: () => void): void }, at: string): Promise<string> {
  return writeImage(t, WEB_APP(), `docker-archive:${join(at, 'app.tar')}`);
}
