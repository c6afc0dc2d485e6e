import { setImmediate } from 'node:timers/promises';
import { release, throwIfCancelled } from '../../../core/bytes/index.ts';
import type { Cancel } from '../../../core/store/index.ts';
import { ByteReader, type ByteSpace, broken } from '../bytes/index.ts';
import {
  BLOCK_HEADER_BYTES,
  type BlockHead,
  decodeBlockHead,
  fillDictionary,
  firstPosition,
  type Operation,
  type Position,
  patchHeader,
  readDictionary,
  readOperation,
  TAR_HEADER_BYTES,
  unpack,
} from '../format/index.ts';

/** What a layer is rebuilt from. */
export interface RebuildParts extends Cancel {
  /** The bytes of the recipe. */
  readonly recipe: ByteSpace;
  /** All layers of the old image, one after the other. */
  readonly old: ByteSpace;
  /** Of the layer, in bytes: no more are ever made. */
  readonly size: number;
  /** Called after every few megabytes: chunks that were consumed may be freed now. */
  readonly relieve?: (() => void) | undefined;
}

const CHUNK_BYTES = 1 << 18;
/** Small pieces go out together. */
const GATHER_BYTES = 1 << 16;
const RELIEVE_BYTES = 4 << 20;

/**
 * The tar of a layer. Holds one block at a time; the caller verifies what comes out.
 *
 * @throws SampanError `invalid` for a broken recipe, `integrity` when the old image is another one.
 */
export async function* rebuildLayer(parts: RebuildParts): AsyncGenerator<Uint8Array, void, undefined> {
  const state = new RecipeState(parts);
  const { recipe, signal } = parts;
  let made = 0;
  let relieved = 0;
  for (let at = 0; at < recipe.size; ) {
    const block = readBlock(recipe, at);
    at = block.end;
    for (const chunk of gathered(state.run(block))) {
      throwIfCancelled(signal);
      made += chunk.length;
      if (made > parts.size) throw broken(`a layer of more than the ${parts.size} bytes that were promised`);
      yield chunk;
      if (made - relieved < RELIEVE_BYTES) continue;
      parts.relieve?.();
      relieved = made;
    }
    // Whoever waits for a signal gets its turn.
    await setImmediate();
  }
  if (made < parts.size) throw broken(`a layer of ${made} bytes, ${parts.size} were promised`);
}

interface StoredBlock {
  readonly head: BlockHead;
  readonly operations: Buffer;
  readonly literals: Buffer;
  readonly end: number;
}

function readBlock(recipe: ByteSpace, at: number): StoredBlock {
  const take = (from: number, size: number): Buffer => {
    if (from + size > recipe.size) throw broken('a recipe ends in the middle');
    const bytes = Buffer.allocUnsafeSlow(size);
    recipe.read(from, bytes);
    return bytes;
  };
  const head = decodeBlockHead(take(at, BLOCK_HEADER_BYTES));
  const start = at + BLOCK_HEADER_BYTES;
  const middle = start + head.operations.stored;
  const operations = take(start, head.operations.stored);
  return {
    head,
    operations,
    literals: take(middle, head.literals.stored),
    end: middle + head.literals.stored,
  };
}

class RecipeState {
  readonly #old: ByteSpace;
  readonly #position: Position = firstPosition();
  #lastHeader: Buffer = Buffer.alloc(TAR_HEADER_BYTES);
  #lastLiterals: Buffer = Buffer.alloc(0);

  constructor({ old }: RebuildParts) {
    this.#old = old;
  }

  *run(block: StoredBlock): Generator<Uint8Array, void, undefined> {
    const reader = new ByteReader(unpack({ ...block.head.operations, bytes: block.operations }));
    const literals = this.#literals(block, reader);
    let used = 0;
    while (!reader.isAtEnd) {
      const operation = readOperation(reader, this.#position);
      if (operation.kind === 'literal') {
        if (used + operation.size > literals.length) throw broken('more literals than there are');
        // Copies, so that the block itself can be freed.
        for (const end = used + operation.size; used < end; ) {
          const next = Math.min(used + GATHER_BYTES, end);
          yield Buffer.from(literals.subarray(used, next));
          used = next;
        }
      } else yield* this.#others(operation);
    }
    if (used < literals.length) throw broken('literals that nothing needs');
    if (literals.length === 0) return;
    release(this.#lastLiterals);
    this.#lastLiterals = literals;
  }

  #literals(block: StoredBlock, reader: ByteReader): Buffer {
    const dictionary = readDictionary(reader, this.#position);
    if (block.head.literals.size === 0) return Buffer.alloc(0);
    const bytes = fillDictionary(dictionary, this.#old, this.#lastLiterals);
    const literals = unpack({ ...block.head.literals, bytes: block.literals }, bytes);
    release(bytes);
    // What was stored plain is what comes out.
    if (block.head.literals.method !== 'plain') release(block.literals);
    return literals;
  }

  *#others(operation: Exclude<Operation, { kind: 'literal' }>): Generator<Uint8Array, void, undefined> {
    if (operation.kind === 'header') yield this.#header(operation.header);
    else {
      for (let done = 0; done < operation.size; ) {
        const bytes = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, operation.size - done));
        if (operation.kind === 'zeros') bytes.fill(0);
        else this.#old.read(operation.at + done, bytes);
        done += bytes.length;
        yield bytes;
      }
    }
  }

  #header(patch: Extract<Operation, { kind: 'header' }>['header']): Buffer {
    let template = this.#lastHeader;
    if (patch.template !== undefined) {
      template = Buffer.allocUnsafe(TAR_HEADER_BYTES);
      this.#old.read(patch.template, template);
    }
    this.#lastHeader = patchHeader(patch, template, this.#lastHeader);
    return this.#lastHeader;
  }
}

/** The same bytes, with small chunks joined. */
function* gathered(chunks: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
  let held: Uint8Array[] = [];
  let size = 0;
  for (const chunk of chunks) {
    if (size > 0 && size + chunk.length > GATHER_BYTES) {
      yield Buffer.concat(held, size);
      [held, size] = [[], 0];
    }
    if (chunk.length >= GATHER_BYTES) yield chunk;
    else {
      held.push(chunk);
      size += chunk.length;
    }
  }
  if (size > 0) yield Buffer.concat(held, size);
}
