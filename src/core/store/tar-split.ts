import { createReadStream } from 'node:fs';
import { type Content, decodeName, inflate, type Piece } from '../bytes/index.ts';
import { SampanError, wrap } from '../errors/index.ts';

/** Where the parts of a layer are that Docker keeps unpacked. */
export interface SplitLayer {
  /** The `tar-split.json.gz` that says how the files make the tar. */
  readonly split: string;
  /** The directory with the files. */
  readonly files: string;
}

const MAX_LINE_BYTES = 64 << 20;
const MAX_TOTAL_BYTES = 4 * 2 ** 30;

/**
 * A layer's tar, exactly as it was, out of the unpacked files: headers and padding are in memory, contents are
 * the files. Those are not looked at.
 *
 * @throws SampanError `invalid` for a broken list, `not-found` when it is not there, `limit`.
 */
export async function splitContent(layer: SplitLayer): Promise<Content> {
  const builder = new PieceBuilder(layer.files);
  await readSplit(layer, record => builder.add(record));
  return builder.content();
}

/** Tells the parts of a layer in their order: raw bytes, and files that are not empty. As {@link splitContent}. */
export async function readSplit(layer: SplitLayer, visit: (record: SplitRecord) => void): Promise<void> {
  try {
    const text = inflate(createReadStream(layer.split), { maxBytes: MAX_TOTAL_BYTES });
    for await (const some of lines(text)) {
      for (const line of some) {
        const record = parseRecord(line);
        if (record !== undefined) visit(record);
      }
    }
  } catch (error) {
    throw wrap(`reading ${layer.split}`, error);
  }
}

class PieceBuilder {
  readonly #files: string;
  readonly #pieces: Piece[] = [];
  #bytes: Buffer[] = [];
  #size = 0;

  constructor(files: string) {
    this.#files = files;
  }

  add(record: SplitRecord): void {
    if ('bytes' in record) {
      this.#bytes.push(record.bytes);
      return;
    }
    this.#flush();
    this.#pieces.push({ kind: 'file', path: `${this.#files}/${record.name}`, offset: 0, size: record.size });
    this.#size += record.size;
  }

  content(): Content {
    this.#flush();
    return { size: this.#size, pieces: this.#pieces };
  }

  /** Headers between two files become one piece. */
  #flush(): void {
    const bytes = this.#bytes.length === 1 ? this.#bytes[0]! : Buffer.concat(this.#bytes);
    this.#bytes = [];
    if (bytes.length === 0) return;
    this.#pieces.push({ kind: 'bytes', bytes, size: bytes.length });
    this.#size += bytes.length;
  }
}

/** A part of a layer: raw bytes, or the name of a file below the directory, and its size. */
export type SplitRecord = { readonly bytes: Buffer } | { readonly name: string; readonly size: number };

const SEGMENT = '{"type":2,"payload":"';
const FILE =
  /^\{"type":1,"name":"([ !#-[\]-~]+)","size":([1-9]\d{0,14}),"payload":"[^"\\]*","position":\d+\}$/;

/**
 * One line: a segment (2) of raw bytes, or a file (1). Lines as Docker writes them are read without JSON, which takes
 * half of the time.
 */
function parseRecord(line: Buffer): SplitRecord | undefined {
  const text = line.toString('latin1');
  if (text.startsWith(SEGMENT)) {
    const end = text.indexOf('"', SEGMENT.length);
    if (end > 0) return { bytes: Buffer.from(text.slice(SEGMENT.length, end), 'base64') };
  }
  const plain = plainFile(text);
  if (plain !== undefined) return plain;
  const record: unknown = JSON.parse(line.toString('utf8'));
  if (typeof record !== 'object' || record === null || !('type' in record)) throw broken();
  if (record.type === 2) {
    const payload = 'payload' in record && typeof record.payload === 'string' ? record.payload : '';
    return { bytes: Buffer.from(payload, 'base64') };
  }
  if (record.type !== 1) throw broken();
  const size = 'size' in record ? record.size : 0;
  if (size === 0) return undefined;
  const name = nameOf(record);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || !isInside(name)) throw broken();
  return { name, size };
}

/** A file with a plain name, and with content; absent for any other line. */
function plainFile(text: string): SplitRecord | undefined {
  const [, name = '', size = '0'] = FILE.exec(text) ?? [];
  return size === '0' || !isInside(name) ? undefined : { name, size: Number(size) };
}

/** Names that are not UTF-8 come in base64. */
function nameOf(record: object): string {
  if ('name_raw' in record && typeof record.name_raw === 'string') {
    return decodeName(Buffer.from(record.name_raw, 'base64'));
  }
  return 'name' in record && typeof record.name === 'string' ? record.name : '';
}

function broken(): SampanError {
  return new SampanError('invalid', 'not a list of the parts of a tar');
}

function isInside(name: string): boolean {
  return name !== '' && !name.includes('\0') && !name.split('/').includes('..');
}

/** The lines of each chunk, together: a generator step for every line would cost more than reading it. */
async function* lines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Buffer[], void, undefined> {
  let held = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = Buffer.concat([held, chunk]);
    const whole: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      if (end > start) whole.push(bytes.subarray(start, end));
      start = end + 1;
    }
    held = bytes.subarray(start);
    if (held.length > MAX_LINE_BYTES) throw new SampanError('limit', 'a line is too long');
    yield whole;
  }
  if (held.length > 0) yield [held];
}
