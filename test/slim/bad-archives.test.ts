import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { TestEntry } from '../../src/core/store/testing/index.ts';
import { appEntries, baseEntries, WEB_APP, webApp, writeImage } from './testing/images.ts';
import { type Ended, type Machine, machine, whyNotHere } from './testing/machine.ts';

const skip = whyNotHere() ?? false;

/** A failure that a person can understand: one status, words that name the thing, no stack, nothing left. */
function refused({ code, stderr }: Ended, here: Machine, status: number, words: RegExp): void {
  match(stderr, words);
  equal(code, status, stderr);
  doesNotMatch(stderr, /\n\s+at |this is a bug|Error:/, stderr);
  deepEqual(here.remains(), []);
}

interface Bad {
  readonly name: string;
  readonly words: RegExp;
  spoil(path: string): void;
}

const SPOILED: readonly Bad[] = [
  {
    name: 'is cut off in the middle',
    words: /reading .*app\.tar: .*truncated.*\n {2}(?:copy|save) /s,
    spoil: path => truncateSync(path, 700_000),
  },
  { name: 'is empty', words: /app\.tar/, spoil: path => truncateSync(path, 0) },
  {
    name: 'is something else',
    words: /app\.tar/,
    spoil: path => writeFileSync(path, 'hello\n'.repeat(1000)),
  },
  {
    name: 'has a flipped byte in a layer',
    words: /sha256:[0-9a-f]{64}.*sha256:[0-9a-f]{64}/s,
    spoil: path => flip(path, 900_000),
  },
  {
    name: 'is compressed, and cut off in the middle',
    words: /reading .*app\.tar: .*truncated.*\n {2}(?:copy|save) /s,
    spoil: path => writeFileSync(path, gzipSync(readFileSync(path)).subarray(0, 100_000)),
  },
  {
    name: 'has bytes of an unknown compression',
    words: /reading .*app\.tar: compressed with xz, .*gzip and zstd/,
    spoil: path =>
      writeFileSync(path, Buffer.concat([Buffer.from('fd377a585a00', 'hex'), Buffer.alloc(2000, 7)])),
  },
];

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 0xff;
  writeFileSync(path, bytes);
}

describe('an archive is refused that', { skip }, () => {
  for (const bad of SPOILED) {
    test(bad.name, async t => {
      const here = machine(t);
      await webApp(t, here.at);
      bad.spoil(join(here.at, 'app.tar'));
      refused(await here.sampan(['slim', join(here.at, 'app.tar')]), here, 1, bad.words);
      equal((await here.sampan(['images', '--json'])).stdout.includes('slim'), false);
    });
  }
});

interface Lie {
  readonly name: string;
  readonly words: RegExp;
  /** Gets the documents of a layout directory and changes one. */
  tell(layout: Layout): void;
}

interface Layout {
  blob(digest: string): string;
  readonly index: string;
  readonly manifest: { readonly layers: readonly { readonly digest: string }[] };
  readonly digest: string;
}

function layoutAt(path: string): Layout {
  const blob = (digest: string) => join(path, 'blobs', ...digest.split(':'));
  const index = join(path, 'index.json');
  const digest: string = JSON.parse(readFileSync(index, 'utf8')).manifests[0].digest;
  return { blob, index, digest, manifest: JSON.parse(readFileSync(blob(digest), 'utf8')) };
}

const LIES: readonly Lie[] = [
  {
    name: 'lies about a size',
    words: /manifest|sha256:[0-9a-f]{64}/,
    tell: ({ index }) =>
      writeFileSync(index, readFileSync(index, 'utf8').replace(/"size":\d+/, '"size":999999999')),
  },
  {
    name: 'has a manifest that is another',
    words: /sha256:[0-9a-f]{64}/,
    tell: ({ blob, digest }) =>
      writeFileSync(blob(digest), readFileSync(blob(digest), 'utf8').replace(':2,', ':3,')),
  },
  {
    name: 'has a layer that is another',
    // The digest of the blob and the check of gzip both find it; either may come first.
    words: /sha256:[0-9a-f]{64}.*(?:sha256:[0-9a-f]{64}|broken or truncated)/s,
    tell: ({ blob, manifest }) => flip(blob(manifest.layers[0]!.digest), 5000),
  },
  {
    name: 'has a layer that is cut off',
    words: /sha256:[0-9a-f]{64}.*(?:truncated|ended|bytes)/s,
    tell: ({ blob, manifest }) => truncateSync(blob(manifest.layers[0]!.digest), 100_000),
  },
];

describe('a layout is refused that', { skip }, () => {
  for (const { name, words, tell } of LIES) {
    test(name, async t => {
      const here = machine(t);
      await writeImage(t, { ...WEB_APP(), compression: 'gzip' }, `oci:${join(here.at, 'layout')}`);
      tell(layoutAt(join(here.at, 'layout')));
      refused(await here.sampan(['slim', `oci:${join(here.at, 'layout')}`]), here, 1, words);
      deepEqual(
        readdirSync(join(here.at, 'data', 'sampan', 'blobs', 'sha256')).filter(each => each.includes('.')),
        [],
      );
    });
  }
});

const HOSTILE: readonly {
  readonly name: string;
  readonly entries: readonly TestEntry[];
  readonly words: RegExp;
}[] = [
  {
    name: 'a path that climbs out',
    entries: [{ path: 'app/../../escaped', content: 'x' }],
    words: /"app\/\.\.\/\.\.\/escaped".*out of the root/,
  },
  {
    name: 'a hard link out of the tree',
    entries: [{ path: 'app/passwd', type: 'hardlink', linkPath: '../../etc/passwd' }],
    words: /etc\/passwd.*out of the root/,
  },
  {
    name: 'a hard link to nothing',
    entries: [{ path: 'app/x', type: 'hardlink', linkPath: '/nowhere/at/all' }],
    words: /\/nowhere\/at\/all/,
  },
  {
    name: 'files below a file',
    entries: [
      { path: 'app/f', content: 'x' },
      { path: 'app/f/g', content: 'y' },
    ],
    words: /below \/app\/f, which is a file/,
  },
  {
    name: 'a name that no file system holds',
    entries: [{ path: `app/${'x'.repeat(256)}`, content: 'x' }],
    words: /a name of more than 255 bytes: xxx/,
  },
  {
    name: 'an owner that no file can have',
    entries: [{ path: 'app/x', uid: 2 ** 40, content: 'x' }],
    words: /app\/x belongs to 1099511627776:0/,
  },
];

describe('a layer is refused that has', { skip }, () => {
  for (const { name, entries, words } of HOSTILE) {
    test(name, async t => {
      const here = machine(t);
      const image = { ...WEB_APP(), layers: [baseEntries(), [...appEntries(), ...entries]] };
      const source = await writeImage(t, image, `docker-archive:${join(here.at, 'app.tar')}`);
      refused(await here.sampan(['slim', source]), here, 1, words);
      ok(!existsSync('/escaped') && !existsSync(join(here.at, 'escaped')));
    });
  }
});

function sparse(path: string, size: number): string {
  truncateSync(path, size);
  return path;
}

describe('evidence is refused that', { skip }, () => {
  const LARGE: readonly (readonly [name: string, make: (path: string) => string])[] = [
    ['is larger than any evidence', path => sparse(path, 2 ** 32)],
    ['never ends', () => '/dev/zero'],
  ];
  for (const [name, make] of LARGE) {
    test(name, async t => {
      const here = machine(t);
      const path = join(here.at, 'evidence.json');
      writeFileSync(path, '');
      const evidence = make(path);
      const source = await webApp(t, here.at);
      const ended = await here.sampan(['slim', source, '--evidence', evidence]);
      refused(ended, here, 1, new RegExp(`${evidence}: more than 256 MiB`));
    });
  }
});
