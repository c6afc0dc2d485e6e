import type { Content } from '../../../../core/bytes/index.ts';
import { type OpenElf, openElf, SEGMENT } from '../../elf/index.ts';

/** A module that a Go program is made of. */
export interface GoModule {
  readonly path: string;
  /** Empty or `(devel)` where it was built out of its repository. */
  readonly version: string;
}

/** What Go's linker writes into a program (package `debug/buildinfo`). */
export interface GoBuild {
  /** Of the tool chain: `go1.22.1`. */
  readonly goVersion: string;
  /** The import path of the main package; empty when it was built without modules. */
  readonly path: string;
  readonly main: GoModule | undefined;
  /** Those that replace others stand in their place. */
  readonly dependencies: readonly GoModule[];
  /** `GOOS`, `CGO_ENABLED`, `vcs.revision`, … */
  readonly settings: ReadonlyMap<string, string>;
}

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const HEADER_BYTES = 32;
const TEXT_MAX_BYTES = 4 << 20;
const INLINE = 2;

/**
 * Reads the build information of a Go program, in the form of Go 1.13 to 1.17 (pointers) and since
 * Go 1.18 (strings in place). Undefined when it has none, or it is damaged.
 */
export function readGoBuild(content: Content): GoBuild | undefined {
  const elf = openElf(content);
  const section = elf?.headers.sections.find(each => each.name === '.go.buildinfo');
  if (elf === undefined || section === undefined) return undefined;
  const header = elf.window.read(section.offset, HEADER_BYTES);
  if (header.length < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const [goVersion, information] =
    (header[15]! & INLINE) !== 0
      ? inlineTexts(elf, section.offset + HEADER_BYTES)
      : pointedTexts(elf, header, header[14]!);
  return goVersion === undefined || goVersion === ''
    ? undefined
    : { goVersion, ...parseModules(information ?? '') };
}

/** Two texts, each after its length as an unsigned varint. */
function inlineTexts(elf: OpenElf, offset: number): readonly (string | undefined)[] {
  const first = inlineText(elf, offset);
  const second = first === undefined ? undefined : inlineText(elf, first.end);
  return [first?.text.toString(), informationOf(second?.text)];
}

function inlineText(elf: OpenElf, offset: number): { text: Buffer; end: number } | undefined {
  const prefix = elf.window.read(offset, 5);
  let length = 0;
  let used = 0;
  for (let more = true; more; used++) {
    const byte = prefix[used];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * used);
    more = byte >= 0x80;
  }
  if (length > TEXT_MAX_BYTES) return undefined;
  const text = elf.window.read(offset + used, length);
  return text.length < length ? undefined : { text: Buffer.from(text), end: offset + used + length };
}

/** Two pointers to string headers, which are a pointer and a length. */
function pointedTexts(elf: OpenElf, header: Buffer, pointerBytes: number): readonly (string | undefined)[] {
  if (pointerBytes * 8 !== elf.fields.bits) return [];
  return [
    pointedText(elf, elf.fields.word(header, 16))?.toString(),
    informationOf(pointedText(elf, elf.fields.word(header, 16 + pointerBytes))),
  ];
}

function pointedText(elf: OpenElf, address: number): Buffer | undefined {
  const { word, bits } = elf.fields;
  const at = offsetOf(elf, address);
  const head = at === undefined ? undefined : elf.window.read(at, bits / 4);
  if (head === undefined || head.length < bits / 4) return undefined;
  const length = word(head, bits / 8);
  const start = offsetOf(elf, word(head, 0));
  if (start === undefined || length > TEXT_MAX_BYTES) return undefined;
  const text = elf.window.read(start, length);
  return text.length < length ? undefined : Buffer.from(text);
}

function offsetOf(elf: OpenElf, address: number): number | undefined {
  const segment = elf.headers.segments.find(
    each => each.type === SEGMENT.load && address >= each.address && address < each.address + each.fileSize,
  );
  return segment === undefined ? undefined : address - segment.address + segment.offset;
}

/** The module information lies between two marks of 16 bytes. */
function informationOf(text: Buffer | undefined): string | undefined {
  if (text === undefined || text.length < 33 || text[text.length - 17] !== 0x0a) return undefined;
  return text.subarray(16, -16).toString();
}

function parseModules(text: string): Omit<GoBuild, 'goVersion'> {
  let path = '';
  let main: GoModule | undefined;
  const dependencies: GoModule[] = [];
  const settings = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [kind, first = '', version = ''] = line.split('\t');
    if (kind === 'path') path = first;
    else if (kind === 'mod') main = { path: first, version };
    else if (kind === 'dep') dependencies.push({ path: first, version });
    else if (kind === '=>') dependencies.splice(-1, 1, { path: first, version });
    else if (kind === 'build') settings.set(first.split('=', 1)[0]!, first.slice(first.indexOf('=') + 1));
  }
  return { path, main, dependencies, settings };
}
