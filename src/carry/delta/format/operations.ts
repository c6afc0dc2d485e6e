import { type ByteReader, type ByteWriter, broken } from '../bytes/index.ts';
import { type Relocation, readRelocation, writeRelocation } from '../relocate/index.ts';
import { MAX_DICTIONARY_BYTES, MAX_RANGES } from './limits.ts';

/** A range of the old image: all its layers' tars, one after the other. */
export interface Range {
  readonly at: number;
  readonly size: number;
}

/** A part of a dictionary: old bytes, perhaps relocated. */
export interface DictionaryPart extends Range {
  /** Where the file begins that the part is of: offsets of `relocation` count from there. */
  readonly file: number;
  readonly relocation: Relocation | undefined;
}

/** What the literals of a block are packed with. */
export interface Dictionary {
  /** Begins with so many of the last literals of the block before. */
  readonly history: number;
  readonly parts: readonly DictionaryPart[];
}

/** The bytes of a dictionary. */
export function dictionarySize(dictionary: Dictionary): number {
  return dictionary.parts.reduce((sum, part) => sum + part.size, dictionary.history);
}

/** One thing to write next. */
export type Operation =
  | ({ readonly kind: 'copy' } & Range)
  | { readonly kind: 'literal'; readonly size: number }
  | { readonly kind: 'zeros'; readonly size: number }
  | { readonly kind: 'header'; readonly header: HeaderPatch };

/** How a tar header of 512 bytes differs from another one. */
export interface HeaderPatch {
  /** Where the other one is in the old image; absent for the one that was written last. */
  readonly template: number | undefined;
  /** Fields that are as in the header that was written last. */
  readonly fromLast: number;
  /** Fields that are given. */
  readonly given: ReadonlyMap<number, Uint8Array>;
  /** The checksum is what the standard says. */
  readonly isSummed: boolean;
}

const KINDS = ['copy', 'literal', 'zeros', 'header'] as const;
const RELOCATIONS = { none: 0, given: 1, same: 2 } as const;

/** What writing and reading remember between operations: positions are written as distances. */
export interface Position {
  next: number;
  relocation: Relocation | undefined;
}

/** Where a recipe begins. */
export function firstPosition(): Position {
  return { next: 0, relocation: undefined };
}

/** Writes a dictionary. */
export function writeDictionary(writer: ByteWriter, dictionary: Dictionary, position: Position): void {
  writer.number(dictionary.history);
  writer.number(dictionary.parts.length);
  let at = position.next;
  for (const part of dictionary.parts) {
    writer.signed(part.at - at);
    writer.number(part.size);
    at = part.at + part.size;
    if (part.relocation === undefined) writer.number(RELOCATIONS.none);
    else if (part.relocation === position.relocation) writer.number(RELOCATIONS.same);
    else writer.number(RELOCATIONS.given);
    if (part.relocation === undefined) continue;
    writer.number(part.at - part.file);
    if (part.relocation !== position.relocation) writeRelocation(writer, part.relocation);
    position.relocation = part.relocation;
  }
}

/** Reads what {@link writeDictionary} wrote. @throws SampanError `invalid`. */
export function readDictionary(reader: ByteReader, position: Position): Dictionary {
  const history = reader.number('history', MAX_DICTIONARY_BYTES);
  const parts: DictionaryPart[] = [];
  let at = position.next;
  let size = history;
  for (let left = reader.number('parts', MAX_RANGES); left > 0; left -= 1) {
    const start = at + reader.signed('part of a dictionary');
    const part = { at: start, size: reader.number('size of a part', MAX_DICTIONARY_BYTES) };
    parts.push({ ...part, ...readPartRelocation(reader, { start, position }) });
    at = start + part.size;
    size += part.size;
  }
  if (size > MAX_DICTIONARY_BYTES) throw broken(`a dictionary of ${size} bytes`);
  return { history, parts };
}

function readPartRelocation(
  reader: ByteReader,
  where: { readonly start: number; readonly position: Position },
): Pick<DictionaryPart, 'file' | 'relocation'> {
  const { start, position } = where;
  const tag = reader.number('relocation', RELOCATIONS.same);
  if (tag === RELOCATIONS.none) return { file: start, relocation: undefined };
  const file = start - reader.number('start of a file');
  if (tag === RELOCATIONS.given) position.relocation = readRelocation(reader);
  if (position.relocation === undefined) throw broken('a relocation as before, and there is none');
  return { file, relocation: position.relocation };
}

/** Writes an operation. */
export function writeOperation(writer: ByteWriter, operation: Operation, position: Position): void {
  const kind = KINDS.indexOf(operation.kind);
  if (operation.kind === 'header') {
    writeHeaderPatch(writer, operation.header, { kind, position });
    return;
  }
  writer.number(operation.size * KINDS.length + kind);
  if (operation.kind !== 'copy') return;
  writer.signed(operation.at - position.next);
  position.next = operation.at + operation.size;
}

function writeHeaderPatch(
  writer: ByteWriter,
  header: HeaderPatch,
  where: { readonly kind: number; readonly position: Position },
): void {
  const flags = (header.template === undefined ? 0 : 1) + (header.isSummed ? 2 : 0);
  writer.number(flags * KINDS.length + where.kind);
  if (header.template !== undefined) {
    writer.signed(header.template - where.position.next);
    where.position.next = header.template + HEADER_BYTES;
  }
  writer.number(header.fromLast);
  writer.number([...header.given.keys()].reduce((bits, field) => bits + 2 ** field, 0));
  for (const bytes of header.given.values()) {
    writer.number(bytes.length);
    writer.bytes(bytes);
  }
}

const HEADER_BYTES = 512;
/** One bit for each of the fields of a header. */
const MAX_FIELD_BITS = 2 ** 17 - 1;

/** Reads the next operation. @throws SampanError `invalid`. */
export function readOperation(reader: ByteReader, position: Position): Operation {
  const value = reader.number('operation');
  const kind = KINDS[value % KINDS.length]!;
  const rest = Math.floor(value / KINDS.length);
  if (kind === 'header') return { kind, header: readHeaderPatch(reader, rest, position) };
  if (rest === 0) throw broken('an operation for no bytes');
  if (kind !== 'copy') return { kind, size: rest };
  const at = position.next + reader.signed('place of a copy');
  position.next = at + rest;
  return { kind, at, size: rest };
}

function readHeaderPatch(reader: ByteReader, flags: number, position: Position): HeaderPatch {
  if (flags > 3) throw broken('a header of an unknown kind');
  let template: number | undefined;
  if (flags % 2 === 1) {
    template = position.next + reader.signed('place of a header');
    position.next = template + HEADER_BYTES;
  }
  const fromLast = reader.number('fields', MAX_FIELD_BITS);
  const bits = reader.number('fields', MAX_FIELD_BITS);
  const given = new Map<number, Uint8Array>();
  for (let field = 0; 2 ** field <= bits; field += 1) {
    if (Math.floor(bits / 2 ** field) % 2 === 0) continue;
    const size = reader.number('size of a field', HEADER_BYTES);
    given.set(field, reader.bytes(size, 'field'));
  }
  return { template, fromLast, given, isSummed: flags >= 2 };
}
