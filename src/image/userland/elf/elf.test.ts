import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bytesContent, type Content } from '../../../core/bytes/index.ts';
import { isSampanError } from '../../../core/errors/index.ts';
import { ABSOLUTE_PATH, type ElfFile, findStrings, importedSymbols, LIBRARY_NAME, readElf } from './index.ts';
import { buildElf, type ElfRecipe } from './testing/index.ts';

function read(recipe: ElfRecipe): ElfFile {
  const elf = readElf(bytesContent(buildElf(recipe)));
  assert.ok(elf);
  return elf;
}

const FORMS = [
  { bits: 64, order: 'little', machine: 183, architecture: 'arm64' },
  { bits: 64, order: 'big', machine: 22, architecture: 's390x' },
  { bits: 32, order: 'little', machine: 40, architecture: 'arm' },
  { bits: 32, order: 'big', machine: 8, architecture: 'mips' },
] as const;

describe('readElf', () => {
  for (const { architecture, ...form } of FORMS) {
    test(`reads a ${form.bits}-bit ${form.order}-endian program`, () => {
      const elf = read({
        ...form,
        interpreter: '/lib/ld.so.1',
        needed: ['libssl.so.3', 'libc.so.6'],
        filters: ['libextra.so'],
        soname: 'libown.so.1',
        rpath: '$ORIGIN/../lib:/opt/lib',
        runpath: '/srv/lib',
        buildId: 'c0ffee',
        extra: [{ name: '.debug_info', bytes: Buffer.alloc(100) }],
      });
      assert.equal(elf.architecture, architecture);
      assert.equal(elf.kind, 'shared');
      assert.equal(elf.linkage, 'dynamic');
      assert.equal(elf.interpreter, '/lib/ld.so.1');
      assert.deepEqual(elf.needed, ['libssl.so.3', 'libc.so.6']);
      assert.deepEqual(elf.filters, ['libextra.so']);
      assert.equal(elf.soname, 'libown.so.1');
      assert.deepEqual(elf.rpath, ['$ORIGIN/../lib', '/opt/lib']);
      assert.deepEqual(elf.runpath, ['/srv/lib']);
      assert.equal(elf.buildId, 'c0ffee');
      assert.equal(elf.debugBytes, 100);
      assert.equal(elf.damaged, false);
    });

    test(`finds the imports of a ${form.bits}-bit ${form.order}-endian program, with sections and without`, () => {
      const bytes = buildElf({ ...form, imports: ['dlopen', 'tzset'] });
      assert.deepEqual([...importedSymbols(bytesContent(bytes))], ['dlopen', 'tzset']);
      bytes.fill(0, form.bits === 64 ? 40 : 32, form.bits === 64 ? 48 : 36);
      bytes.fill(0, form.bits === 64 ? 60 : 48, form.bits === 64 ? 64 : 52);
      assert.deepEqual([...importedSymbols(bytesContent(bytes))], ['dlopen', 'tzset']);
    });
  }

  test('tells the kinds of linking apart', () => {
    assert.equal(read({ type: 2, isStatic: true }).linkage, 'static');
    assert.equal(read({ flags1: 0x0800_0000 }).linkage, 'static-pie');
    assert.equal(read({ soname: 'liba.so' }).linkage, 'library');
    assert.equal(read({ type: 1, isStatic: true }).linkage, 'none');
    assert.equal(read({ flags1: 0x800 }).noDefaultLibraries, true);
  });

  test('finds what the linker of Go leaves', () => {
    const info = { name: '.go.buildinfo', bytes: Buffer.from('\xff Go buildinf:', 'latin1') };
    const elf = read({ isStatic: true, extra: [info] });
    assert.equal(elf.goBuildInfo?.size, info.bytes.length);
  });

  test('knows nothing of what is not ELF', () => {
    for (const text of [
      '',
      '#!/bin/sh\n',
      '\x7fELF',
      'x'.repeat(200),
      `\x7fELF\x09\x09${'\0'.repeat(100)}`,
    ]) {
      assert.equal(readElf(bytesContent(Buffer.from(text, 'latin1'))), undefined);
    }
  });

  test('a program whose dynamic section is not there is damaged, and asks for nothing', () => {
    const bytes = Buffer.from(
      buildElf({ type: 2, interpreter: '/lib64/ld-linux-x86-64.so.2', needed: ['libm.so.6'] }),
    );
    const count = bytes.readUInt16LE(0x38);
    for (let i = 0; i < count; i += 1) {
      const header = Number(bytes.readBigUInt64LE(0x20)) + i * 0x38;
      if (bytes.readUInt32LE(header) !== 2) continue;
      const start = Number(bytes.readBigUInt64LE(header + 8));
      bytes.fill(0, start, start + Number(bytes.readBigUInt64LE(header + 0x20)));
    }
    const elf = readElf(bytesContent(bytes));
    assert.deepEqual(elf?.needed, []);
    assert.equal(elf?.damaged, true);
  });

  test('gives what can be read of a truncated file, and marks it', () => {
    const whole = buildElf({ interpreter: '/lib/ld.so', needed: ['libc.so.6'] });
    const elf = readElf(bytesContent(whole.subarray(0, whole.length - 100)));
    assert.equal(elf?.interpreter, '/lib/ld.so');
    assert.deepEqual(elf?.needed, ['libc.so.6']);
    assert.equal(elf?.damaged, true);
  });

  test('stops at 1024 needed libraries', () => {
    const elf = read({ needed: Array.from({ length: 2000 }, (_, i) => `lib${i}.so`) });
    assert.equal(elf.needed.length, 1024);
    assert.equal(elf.damaged, true);
  });

  test('does not believe counts of headers that the file cannot hold', () => {
    const bytes = buildElf({ needed: ['libc.so.6'] });
    bytes.writeUInt16LE(0xfff0, 56);
    bytes.writeUInt16LE(0xfeff, 60);
    const elf = readElf(bytesContent(bytes));
    assert.equal(elf?.damaged, true);
  });

  test('reads three small ranges of a large file, not the whole', () => {
    const head = buildElf({ interpreter: '/lib/ld.so', needed: ['libc.so.6'] });
    const zeros = { kind: 'zeros', size: 2 ** 40 } as const;
    const content: Content = {
      size: head.length + zeros.size,
      pieces: [...bytesContent(head).pieces, zeros],
    };
    assert.deepEqual(readElf(content)?.needed, ['libc.so.6']);
  });
});

describe('findStrings', () => {
  test('finds paths and names of libraries in constant data only', () => {
    const data = 'x\0/usr/share/zoneinfo\0GET /a HTTP\0dlopen libfoo.so.1\0libbar.so\0a/b/c\0';
    const extra = [{ name: '.comment', bytes: Buffer.from('/not/loaded\0libno.so') }];
    const content = bytesContent(buildElf({ data, extra }));
    assert.deepEqual(findStrings(content, ABSOLUTE_PATH), ['/usr/share/zoneinfo']);
    assert.deepEqual(findStrings(content, LIBRARY_NAME), ['libfoo.so.1', 'libbar.so']);
  });

  test('finds strings that lie over the seams of chunks, once', () => {
    const parts = Array.from({ length: 3 << 10 }, (_, i) => `/usr/share/part-${i}\0`.padEnd(1021, '.'));
    const content = bytesContent(Buffer.from(parts.join('\0')));
    const found = findStrings(content, /\/usr\/share\/part-\d+(?=\0)/);
    assert.equal(found.length, parts.length);
  });

  test('stops at its limits', () => {
    const content = bytesContent(Buffer.from(Array.from({ length: 100 }, (_, i) => `/etc/${i}0`).join('\0')));
    assert.equal(findStrings(content, ABSOLUTE_PATH, { maxResults: 7 }).length, 7);
    assert.equal(findStrings(content, ABSOLUTE_PATH, { maxBytes: 20 }).length, 3);
  });

  test('ends for patterns that match nothing at all', () => {
    assert.deepEqual(findStrings(bytesContent('abc'), /x*/), ['']);
  });
});

describe('hostile files', () => {
  test('flipped bits in headers throw nothing but SampanError', () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 3000; round++) {
      const { architecture, ...form } = FORMS[round % FORMS.length]!;
      const bytes = buildElf({
        ...form,
        interpreter: '/lib/ld.so',
        needed: ['libc.so.6'],
        imports: ['tzset'],
      });
      for (let flips = 1 + random(8); flips > 0; flips--)
        bytes[4 + random(bytes.length - 4)]! ^= 1 << random(8);
      const content = bytesContent(bytes);
      try {
        readElf(content);
        importedSymbols(content);
        findStrings(content, ABSOLUTE_PATH);
      } catch (error) {
        assert.ok(isSampanError(error), `${architecture}: ${error}`);
      }
    }
  });
});
