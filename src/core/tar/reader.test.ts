import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileContent, readContent } from '../bytes/index.ts';
import { isSampanError } from '../errors/index.ts';
import {
  indexTar,
  type NewEntry,
  type TarEntry,
  TarReader,
  tarContent,
  tarEnd,
  tarHeader,
  tarPadding,
} from './index.ts';

const PLAIN = { mode: 0o644, uid: 0, gid: 0, mtime: 1_700_000_000 } as const;

function archive(...files: readonly (NewEntry & { readonly text?: string })[]): Buffer {
  const parts: Buffer[] = [];
  for (const { text = '', ...entry } of files) {
    const body = Buffer.from(text);
    parts.push(tarHeader({ size: body.length, ...entry }), body, tarPadding(body.length));
  }
  return Buffer.concat([...parts, tarEnd()]);
}

function read(bytes: Buffer, chunkSize = bytes.length): { entries: TarEntry[]; texts: string[] } {
  const entries: TarEntry[] = [];
  const texts: string[] = [];
  const reader = new TarReader({
    entry(entry) {
      entries.push(entry);
      texts.push('');
    },
    content(chunk) {
      texts[texts.length - 1] += Buffer.from(chunk).toString('latin1');
    },
  });
  for (let at = 0; at < bytes.length; at += chunkSize) reader.write(bytes.subarray(at, at + chunkSize));
  reader.end();
  return { entries, texts };
}

function withDirectory<T>(use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-tar-'));
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const throwsCode = (code: string, act: () => unknown): void => {
  assert.throws(act, error => isSampanError(error) && error.code === code);
};

describe('a tar that we write', () => {
  const long = `${'d'.repeat(120)}/${'f'.repeat(140)}`;
  const entries: (NewEntry & { text?: string })[] = [
    { ...PLAIN, type: 'directory', path: 'etc/', mode: 0o1777 },
    { ...PLAIN, type: 'file', path: 'etc/motd', text: 'hello' },
    { ...PLAIN, type: 'file', path: long, text: 'x'.repeat(1000), uid: 3_000_000, gid: 2 ** 31 },
    { ...PLAIN, type: 'file', path: 'ünï/\udcff', mtime: 1.500000001, exactMtime: '1.500000001' },
    { ...PLAIN, type: 'symlink', path: 'l', linkPath: `../${'t'.repeat(200)}` },
    { ...PLAIN, type: 'hardlink', path: 'h', linkPath: 'etc/motd' },
    { ...PLAIN, type: 'character', path: 'dev/null', major: 1, minor: 3 },
    { ...PLAIN, type: 'fifo', path: 'pipe' },
    {
      ...PLAIN,
      type: 'file',
      path: 'ping',
      xattrs: new Map([['security.capability', Buffer.from([1, 0, 10, 255])]]),
    },
    { ...PLAIN, type: 'file', path: `${'p'.repeat(90)}/${'q'.repeat(60)}`, mtime: -5 },
  ];
  const bytes = archive(...entries);

  for (const chunk of [1, 7, 511, 512, 513, 4096, bytes.length]) {
    it(`is read back the same in chunks of ${chunk}`, () => {
      const got = read(bytes, chunk);
      assert.deepEqual(
        got.entries.map(e => e.path),
        entries.map(e => e.path),
      );
      assert.deepEqual(
        got.texts,
        entries.map(e => e.text ?? ''),
      );
      for (const [i, entry] of got.entries.entries()) {
        const wanted = entries[i]!;
        for (const key of ['type', 'mode', 'uid', 'gid', 'mtime', 'exactMtime'] as const) {
          assert.equal(entry[key], wanted[key], `${key} of ${wanted.path}`);
        }
        assert.equal(entry.linkPath, wanted.linkPath ?? '');
      }
      assert.deepEqual([...got.entries[8]!.xattrs!], [['security.capability', Uint8Array.of(1, 0, 10, 255)]]);
      assert.deepEqual([got.entries[6]!.major, got.entries[6]!.minor], [1, 3]);
    });
  }

  it('says where each header and content is', () => {
    const again = Buffer.concat(
      read(bytes).entries.map(e => bytes.subarray(e.contentOffset, e.contentOffset + e.size)),
    );
    assert.equal(again.toString(), entries.map(e => e.text ?? '').join(''));
    assert.equal(read(bytes).entries[0]!.headerOffset, 0);
  });

  it('is what GNU tar understands', () => {
    withDirectory(directory => {
      const path = join(directory, 'a.tar');
      writeFileSync(path, bytes);
      const listed = execFileSync('tar', ['--quoting-style=literal', '-tf', path], { encoding: 'latin1' });
      assert.equal(
        listed,
        Buffer.concat(
          read(bytes).entries.map(e => Buffer.concat([name(e.path), Buffer.from('\n')])),
        ).toString('latin1'),
      );
    });
  });
});

function name(path: string): Buffer {
  return Buffer.concat(
    [...path].map(c => (/[\udc80-\udcff]/.test(c) ? Buffer.of(c.charCodeAt(0) & 255) : Buffer.from(c))),
  );
}

describe('a tar that others write', () => {
  for (const format of ['gnu', 'posix', 'ustar', 'v7', 'oldgnu']) {
    it(`is read in the format ${format} of GNU tar`, () => {
      withDirectory(directory => {
        const long = 'n'.repeat(format === 'gnu' || format === 'posix' || format === 'oldgnu' ? 180 : 90);
        writeFileSync(join(directory, long), 'content');
        const bytes = execFileSync('tar', ['-C', directory, `--format=${format}`, '-cf', '-', long]);
        const got = read(bytes);
        assert.equal(got.entries[0]!.path, long);
        assert.equal(got.texts[0], 'content');
      });
    });
  }

  for (const version of ['gnu', '0.1', '1.0']) {
    it(`may hold sparse files (${version})`, () => {
      withDirectory(directory => {
        const path = join(directory, 'sparse');
        execFileSync('sh', [
          '-c',
          `truncate -s 3000000 ${path}; for i in 0 9 77 201 400 600; do printf data$i | dd of=${path} bs=4096 seek=$i conv=notrunc status=none; done`,
        ]);
        const format =
          version === 'gnu' ? ['--format=gnu'] : ['--format=posix', `--sparse-version=${version}`];
        const tar = join(directory, 'a.tar');
        execFileSync('tar', ['-C', directory, ...format, '-S', '-cf', tar, 'sparse']);
        const size = statSync(tar).size;
        const entry = indexTar({ path: tar, offset: 0, size })[0]!;
        assert.equal(entry.path, 'sparse');
        assert.equal(entry.size, 3_000_000);
        assert.ok(entry.storedSize < 200_000);
        const got = readContent(tarContent(entry, fileContent(tar, size)));
        assert.ok(got.equals(readContent(fileContent(path, 3_000_000))));
      });
    });
  }
});

describe('a hostile tar', () => {
  const one = archive({ ...PLAIN, type: 'file', path: 'a', text: 'x'.repeat(600) });

  it('is refused where it is truncated', () => {
    for (const size of [100, 512, 700, 1023, 1500]) throwsCode('invalid', () => read(one.subarray(0, size)));
  });

  it('is refused when a checksum is wrong', () => {
    const bad = Buffer.from(one);
    bad[5] = 0x41;
    throwsCode('invalid', () => read(bad));
  });

  it('is refused when it is something else', () => {
    throwsCode('invalid', () => read(Buffer.alloc(2048, 'not a tar ')));
  });

  it('cannot make us hold a huge extended header', () => {
    const bad = tarHeader({ ...PLAIN, type: 'file', path: 'x', size: 2 ** 32 });
    bad.write('x', 156);
    bad.fill(0x20, 148, 156);
    bad.write(
      `${bad
        .reduce((a, b) => a + b, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    throwsCode('limit', () => read(bad));
  });

  it('cannot have more entries than the limit', () => {
    const reader = new TarReader({ entry() {} }, { maxEntries: 3 });
    const entry = tarHeader({ ...PLAIN, type: 'file', path: 'a' });
    throwsCode('limit', () => {
      for (let i = 0; i < 5; i += 1) reader.write(entry);
    });
  });

  it('may lie about a size of a terabyte and is found out without reading it', () => {
    withDirectory(directory => {
      const path = join(directory, 'a.tar');
      writeFileSync(path, tarHeader({ ...PLAIN, type: 'file', path: 'a', size: 2 ** 40 }));
      throwsCode('invalid', () => indexTar({ path, offset: 0, size: 512 }));
    });
  });

  it('tells a file from a directory by its whole path, not by what a header could hold of it', () => {
    // The first 100 bytes end in a slash.
    const path = `app/${'a/'.repeat(200)}f`;
    const [entry] = read(archive({ ...PLAIN, type: 'file', path, text: 'x' })).entries;
    assert.deepEqual([entry?.type, entry?.path, entry?.size], ['file', path, 1]);
    const header = tarHeader({ ...PLAIN, type: 'file', path, size: 1 });
    assert.notEqual(
      header[header.indexOf(0, header.length - 512) - 1],
      0x2f,
      'the header misleads other readers',
    );
    const bytes = archive({ ...PLAIN, type: 'file', path: 'old/' }, { ...PLAIN, type: 'file', path });
    assert.deepEqual(
      read(bytes).entries.map(each => each.type),
      ['directory', 'file'],
    );
  });

  it('never makes it loop or throw anything else, whatever bits are flipped', () => {
    const bytes = archive(
      {
        ...PLAIN,
        type: 'file',
        path: 'é'.repeat(80),
        text: 'abc',
        xattrs: new Map([['user.a', Buffer.from('b')]]),
      },
      { ...PLAIN, type: 'symlink', path: 'l', linkPath: 't'.repeat(130) },
    );
    for (let bit = 0; bit < bytes.length * 8; bit += 3) {
      const bad = Buffer.from(bytes);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      try {
        read(bad);
      } catch (error) {
        assert.ok(isSampanError(error) && error.code !== 'internal', String(error));
      }
    }
  });
});

describe('an archive made to fill the memory', () => {
  it('cannot have attributes that no kernel takes', () => {
    const large = new Map([['user.a', Buffer.alloc(65_537)]]);
    throwsCode('limit', () => read(archive({ ...PLAIN, type: 'file', path: 'a', xattrs: large })));
  });
});
