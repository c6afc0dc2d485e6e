import { type Content, readContent, sliceContent } from '../../../core/bytes/index.ts';
import { offsetOf, readDynamic, TAG } from './dynamic.ts';
import { type OpenElf, openElf, SECTION } from './headers.ts';
import { textAt } from './window.ts';

const MAX_SYMBOLS = 1 << 20;
const MAX_STRINGS_BYTES = 64 << 20;
const MAX_NAME_BYTES = 4096;
const MAX_TEXT_BYTES = 64 << 20;

interface Place {
  readonly offset: number;
  readonly size: number;
}

/**
 * The names of the symbols that a file takes from its libraries (`getaddrinfo`, `dlopen`, …), without
 * their versions; empty when it is not ELF or imports nothing. At most 1 048 576 symbols are looked at.
 *
 * @throws SampanError only when the content itself cannot be read.
 */
export function importedSymbols(content: Content): ReadonlySet<string> {
  const elf = openElf(content);
  if (elf === undefined) return new Set();
  const places = bySections(elf) ?? byDynamic(elf);
  if (places === undefined) return new Set();
  return undefinedNames(elf, content, places);
}

interface Places {
  readonly symbols: Place;
  readonly strings: Place;
}

function bySections({ headers }: OpenElf): Places | undefined {
  const symbols = headers.sections.find(s => s.type === SECTION.dynsym);
  const strings = symbols === undefined ? undefined : headers.sections[symbols.link];
  if (symbols === undefined || strings === undefined || strings.type !== SECTION.strtab) return undefined;
  return { symbols, strings };
}

/** Without section headers, the hash tables tell how many symbols there are. */
function byDynamic(elf: OpenElf): Places | undefined {
  const dynamic = readDynamic(elf);
  if (dynamic === undefined) return undefined;
  const place = (tag: number): number | undefined => offsetOf(elf, dynamic.values.get(tag) ?? 0);
  const symbols = place(TAG.symbols);
  const strings = place(TAG.strings);
  if (symbols === undefined || strings === undefined) return undefined;
  const { window, fields } = elf;
  const hash = place(TAG.hash);
  const gnuHash = place(TAG.gnuHash);
  // What is undefined comes before the first hashed symbol (DT_GNU_HASH, symoffset).
  const at = hash !== undefined ? hash + 4 : gnuHash !== undefined ? gnuHash + 4 : undefined;
  const count = at === undefined ? 0 : fields.u32(window.read(at, 4), 0);
  return {
    symbols: { offset: symbols, size: count * symbolSize(elf) },
    strings: { offset: strings, size: dynamic.values.get(TAG.stringsSize) ?? 0 },
  };
}

function symbolSize({ fields }: OpenElf): number {
  return fields.bits === 64 ? 24 : 16;
}

function undefinedNames(elf: OpenElf, content: Content, { symbols, strings }: Places): ReadonlySet<string> {
  const size = symbolSize(elf);
  const table = read(content, symbols, MAX_SYMBOLS * size);
  const text = read(content, strings, MAX_STRINGS_BYTES);
  const sectionAt = elf.fields.bits === 64 ? 6 : 14;
  const names = new Set<string>();
  let left = MAX_TEXT_BYTES;
  for (let at = size; at + size <= table.length && left > 0; at += size) {
    if (elf.fields.u16(table, at + sectionAt) !== 0) continue;
    const name = textAt(text, elf.fields.u32(table, at), MAX_NAME_BYTES);
    left -= name.length;
    if (name !== '') names.add(name);
  }
  return names;
}

function read(content: Content, place: Place, maxBytes: number): Buffer {
  const part = sliceContent(content, place.offset, place.offset + Math.min(place.size, maxBytes));
  return readContent(part, maxBytes);
}
