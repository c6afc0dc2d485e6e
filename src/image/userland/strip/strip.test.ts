import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bytesContent, digestContent, readContent } from '../../../core/bytes/index.ts';
import { isSampanError } from '../../../core/errors/index.ts';
import { importedSymbols, openElf, readElf, SECTION } from '../elf/index.ts';
import { buildElf, type ElfRecipe, type SectionRecipe } from '../elf/testing/index.ts';
import { stripElf, tryStrip } from './index.ts';

const FORMS = [
  { bits: 64, order: 'little', machine: 183 },
  { bits: 64, order: 'big', machine: 22 },
  { bits: 32, order: 'little', machine: 40 },
  { bits: 32, order: 'big', machine: 8 },
] as const;

const SYMBOLS: readonly SectionRecipe[] = [
  { name: '.comment', bytes: Buffer.from('GCC: 12\0') },
  { name: '.debug_info', bytes: Buffer.alloc(3001, 1), align: 1 },
  { name: '.rela.debug_info', bytes: Buffer.alloc(24), type: SECTION.rela, link: '.symtab' },
  { name: '.zdebug_line', bytes: Buffer.alloc(77, 2), align: 1 },
  { name: '.symtab', bytes: Buffer.alloc(240), type: SECTION.symtab, link: '.strtab', entrySize: 24 },
  { name: '.strtab', bytes: Buffer.alloc(99), type: SECTION.strtab },
];

const PROGRAM: ElfRecipe = {
  interpreter: '/lib/ld.so.1',
  needed: ['libc.so.6'],
  imports: ['puts', 'tzset'],
  buildId: 'c0ffee',
  data: 'hello\0',
};

function strip(recipe: ElfRecipe): { before: Buffer; after: Buffer } {
  const before = buildElf(recipe);
  const outcome = tryStrip(bytesContent(before));
  assert.equal(outcome.kind, 'stripped', outcome.kind === 'left' ? outcome.why : '');
  return { before, after: readContent(outcome.kind === 'stripped' ? outcome.content : bytesContent('')) };
}

function sectionsOf(bytes: Buffer) {
  const elf = openElf(bytesContent(bytes));
  assert.ok(elf);
  assert.equal(elf.headers.damaged, false);
  return elf.headers.sections;
}

function why(recipe: ElfRecipe): string {
  const outcome = tryStrip(bytesContent(buildElf(recipe)));
  return outcome.kind === 'left' ? outcome.why : outcome.kind;
}

describe('stripElf', () => {
  for (const form of FORMS) {
    test(`takes symbols and debug data out of a ${form.bits}-bit ${form.order}-endian program`, () => {
      const kept = { name: '.gnu.attributes', bytes: Buffer.from('kept'), type: 0x6ffffff5 };
      const { before, after } = strip({ ...PROGRAM, ...form, extra: [...SYMBOLS, kept] });
      const names = sectionsOf(after).map(section => section.name);
      const old = sectionsOf(before).map(section => section.name);
      const gone = SYMBOLS.map(section => section.name);
      assert.deepEqual(
        names,
        old.filter(name => !gone.includes(name)),
      );
      assert.deepEqual(readElf(bytesContent(after)), {
        ...readElf(bytesContent(before)),
        symbolBytes: 0,
        debugBytes: 0,
      });
      assert.deepEqual(importedSymbols(bytesContent(after)), importedSymbols(bytesContent(before)));
      const attributes = sectionsOf(after).find(section => section.name === kept.name);
      assert.equal(after.toString('latin1', attributes!.offset, attributes!.offset + 4), 'kept');
    });
  }

  test('leaves every byte of a segment where it was, but for the header of the file', () => {
    const { before, after } = strip({ ...PROGRAM, extra: SYMBOLS });
    const load = openElf(bytesContent(before))!.headers.segments[0]!;
    assert.ok(load.fileSize > 200);
    assert.deepEqual(after.subarray(64, load.fileSize), before.subarray(64, load.fileSize));
    assert.deepEqual(openElf(bytesContent(after))!.headers.segments[0], load);
  });

  test('links sections by their new numbers', () => {
    const last = { name: '.loaded', bytes: Buffer.from('x'), flags: 2, link: '.dynstr' };
    const { after } = strip({ ...PROGRAM, extra: SYMBOLS, loadedLast: [last] });
    const sections = sectionsOf(after);
    const linked = sections.find(section => section.name === '.loaded');
    assert.equal(sections[linked!.link]?.name, '.dynstr');
    assert.equal(sections.filter(section => section.name === '').length, 1);
  });

  test('keeps numbers of sections that dynamic symbols use, by headers that say nothing', () => {
    const last = { name: '.loaded', bytes: Buffer.from('x'), flags: 2 };
    const count = 9 + SYMBOLS.length;
    const recipe = { ...PROGRAM, extra: SYMBOLS, loadedLast: [last], exportedFrom: count };
    const { before, after } = strip(recipe);
    const index = sectionsOf(before).findIndex(section => section.name === '.loaded');
    assert.equal(index, count);
    assert.equal(sectionsOf(after)[index]?.name, '.loaded');
    assert.equal(sectionsOf(after)[index - 1]?.type, SECTION.null);
  });

  test('moves a segment that is not loaded with its section', () => {
    const attributes = { name: '.riscv.attributes', bytes: Buffer.from('Arv64'), type: 0x70000003 };
    const { after } = strip({
      ...PROGRAM,
      machine: 243,
      extra: [...SYMBOLS, attributes],
      segmentOver: { type: 0x70000003, section: '.riscv.attributes' },
    });
    const segment = openElf(bytesContent(after))!.headers.segments.at(-1)!;
    assert.equal(segment.type, 0x70000003);
    assert.equal(after.toString('latin1', segment.offset, segment.offset + 5), 'Arv64');
  });

  test('keeps notes, also those that nobody maps', () => {
    const probes = { name: '.note.stapsdt', bytes: Buffer.from('probes'), type: SECTION.note };
    const linked = { name: '.debug-ghc-link-info', bytes: Buffer.alloc(900), type: SECTION.note };
    const names = sectionsOf(strip({ ...PROGRAM, extra: [...SYMBOLS, linked, probes] }).after).map(
      s => s.name,
    );
    assert.ok(names.includes('.note.stapsdt'));
    assert.ok(!names.includes('.debug-ghc-link-info'));
  });

  test('gives the same bytes each time, and nothing more the second time', () => {
    const content = bytesContent(buildElf({ ...PROGRAM, extra: SYMBOLS }));
    const once = stripElf(content);
    assert.ok(once);
    assert.equal(digestContent(once), digestContent(stripElf(content)!));
    assert.equal(stripElf(once), undefined);
  });

  test('holds few bytes in memory for a large program', () => {
    const extra = [{ name: '.debug_info', bytes: Buffer.alloc(1 << 20) }, ...SYMBOLS];
    const { pieces } = stripElf(bytesContent(buildElf({ ...PROGRAM, data: 'x'.repeat(1 << 20), extra })))!;
    assert.ok(pieces.length < 12);
  });
});

describe('stripElf leaves alone', () => {
  test('what is not a program or a shared object', () => {
    assert.equal(stripElf(bytesContent('!<arch>\n')), undefined);
    assert.match(why({ ...PROGRAM, type: 1, extra: SYMBOLS }), /neither a program/);
    assert.match(why({ ...PROGRAM, type: 4, extra: SYMBOLS }), /neither a program/);
    assert.match(why({ ...PROGRAM, machine: 0, extra: SYMBOLS }), /not for Linux/);
    const guile = buildElf({ ...PROGRAM, extra: SYMBOLS });
    guile[7] = 255;
    assert.equal(stripElf(bytesContent(guile)), undefined);
  });

  test('a program with data behind its sections', () => {
    const extra = SYMBOLS;
    assert.match(why({ ...PROGRAM, extra, appended: Buffer.from('PK\x03\x04 payload') }), /outside/);
    assert.match(why({ ...PROGRAM, extra, appended: Buffer.alloc(5 << 20) }), /outside/);
    assert.equal(why({ ...PROGRAM, extra, appended: Buffer.alloc(100) }), 'stripped');
  });

  test('a program with a section of its own that nobody maps', () => {
    const payload = { name: 'pydata', bytes: Buffer.alloc(9000, 7) };
    assert.match(why({ ...PROGRAM, extra: [...SYMBOLS, payload] }), /pydata/);
  });

  test('a file of debug data', () => {
    const bytes = buildElf({ ...PROGRAM, extra: SYMBOLS });
    const headers = openElf(bytesContent(bytes))!.headers;
    bytes.writeUInt32LE(SECTION.nobits, headers.sectionTable.offset + 64 + 4);
    assert.deepEqual(tryStrip(bytesContent(bytes)), { kind: 'left', why: 'a file of debug data' });
  });

  test('what has nothing to remove, or too little', () => {
    assert.equal(why(PROGRAM), 'nothing to remove');
    assert.equal(why({ ...PROGRAM, extra: SYMBOLS.slice(0, 1) }), 'nothing worth removing');
  });

  test('what is cut off', () => {
    const bytes = buildElf({ ...PROGRAM, extra: SYMBOLS });
    for (let size = 0; size < bytes.length; size += 37) {
      assert.equal(stripElf(bytesContent(bytes.subarray(0, size))), undefined);
    }
  });
});

describe('hostile files', () => {
  test('flipped bits throw nothing but SampanError, and never make a file larger', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 2000; round++) {
      const form = FORMS[round % FORMS.length]!;
      const bytes = buildElf({ ...PROGRAM, ...form, extra: SYMBOLS });
      const headers = openElf(bytesContent(bytes))!.headers;
      const table = headers.sectionTable.offset;
      for (let flips = 1 + random(4); flips > 0; flips--) {
        const at = random(2) === 0 ? 4 + random(400) : table + random(bytes.length - table);
        bytes[at]! ^= 1 << random(8);
      }
      try {
        const stripped = stripElf(bytesContent(bytes));
        if (stripped !== undefined) assert.ok(readContent(stripped).length < bytes.length);
      } catch (error) {
        assert.ok(isSampanError(error), String(error));
      }
    }
  });
});
