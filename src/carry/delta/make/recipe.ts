import { ByteWriter } from '../bytes/index.ts';
import {
  type Dictionary,
  type DictionaryPart,
  firstPosition,
  MAX_DICTIONARY_BYTES,
  MAX_LITERAL_BYTES,
  MAX_OPERATION_BYTES,
  MAX_RANGES,
  MAX_RELOCATION_BYTES,
  type Operation,
  type Position,
  TAR_HEADER_BYTES,
  writeDictionary,
  writeOperation,
} from '../format/index.ts';
import type { LayerUse } from './use.ts';

/** A block before it is packed. */
export interface OpenBlock {
  readonly operations: Buffer;
  readonly literals: Buffer;
  readonly dictionary: Dictionary;
  /** The literals of the block before. */
  readonly last: Buffer;
}

/** Room for the dictionary's own list, beside the operations. */
const OPERATION_ROOM = MAX_OPERATION_BYTES - MAX_RELOCATION_BYTES - (64 << 10);
/** What one operation can take at most: a header with all fields given. */
const OPERATION_BYTES = 1024;

/** Puts operations together to blocks within their limits. Runs that follow each other become one. */
export class RecipeBuilder {
  readonly #done: (block: OpenBlock) => void;
  readonly #use: LayerUse;
  readonly #position: Position = firstPosition();
  #operations: Operation[] = [];
  #operationBytes = 0;
  #literals: Buffer[] = [];
  #literalBytes = 0;
  #parts: DictionaryPart[] = [];
  #partBytes = 0;
  #relocationBytes = 0;
  #last: Buffer = Buffer.alloc(0);

  constructor(use: LayerUse, done: (block: OpenBlock) => void) {
    this.#use = use;
    this.#done = done;
  }

  /** Adds an operation that brings no bytes of its own. */
  add(operation: Exclude<Operation, { kind: 'literal' }>): void {
    if (operation.kind === 'copy') this.#use.note(operation.at, operation.size);
    if (operation.kind === 'header' && operation.header.template !== undefined) {
      this.#use.note(operation.header.template, TAR_HEADER_BYTES);
    }
    const last = this.#operations.at(-1);
    if (operation.kind === 'copy' && last?.kind === 'copy' && last.at + last.size === operation.at) {
      this.#operations[this.#operations.length - 1] = { ...last, size: last.size + operation.size };
    } else if (operation.kind === 'zeros' && last?.kind === 'zeros') {
      this.#operations[this.#operations.length - 1] = { ...last, size: last.size + operation.size };
    } else this.#push(operation);
  }

  /** Adds bytes of at most {@link MAX_LITERAL_BYTES}, and the old bytes that they resemble. */
  literal(bytes: Buffer, parts: readonly DictionaryPart[] = []): void {
    const wanted = parts.reduce((sum, part) => sum + part.size, 0);
    if (this.#isFull(bytes.length, wanted, parts)) this.close();
    this.#relocationBytes += parts.reduce((sum, part) => sum + relocationBytes(part), 0);
    this.#literals.push(bytes);
    this.#literalBytes += bytes.length;
    for (const part of parts) {
      this.#parts.push(part);
      this.#use.note(part.at, part.size);
    }
    this.#partBytes += wanted;
    const last = this.#operations.at(-1);
    if (last?.kind === 'literal') {
      this.#operations[this.#operations.length - 1] = { kind: 'literal', size: last.size + bytes.length };
    } else this.#push({ kind: 'literal', size: bytes.length });
  }

  /** Ends the block that is open, if any. */
  close(): void {
    if (this.#operations.length === 0) return;
    const literals = Buffer.concat(this.#literals, this.#literalBytes);
    const room = MAX_DICTIONARY_BYTES - this.#partBytes;
    const history = this.#literalBytes === 0 ? 0 : Math.min(this.#last.length, room);
    const dictionary = { history, parts: this.#parts };
    const writer = new ByteWriter();
    writeDictionary(writer, dictionary, this.#position);
    for (const operation of this.#operations) writeOperation(writer, operation, this.#position);
    this.#done({ operations: writer.finish(), literals, dictionary, last: this.#last });
    if (literals.length > 0) this.#last = literals;
    this.#operations = [];
    this.#literals = [];
    this.#parts = [];
    this.#operationBytes = this.#literalBytes = this.#partBytes = this.#relocationBytes = 0;
  }

  #isFull(literal: number, wanted: number, parts: readonly DictionaryPart[]): boolean {
    const relocations = parts.reduce((sum, part) => sum + relocationBytes(part), 0);
    return (
      this.#literalBytes + literal > MAX_LITERAL_BYTES ||
      this.#partBytes + wanted > MAX_DICTIONARY_BYTES ||
      this.#parts.length + parts.length > MAX_RANGES ||
      this.#operationBytes + OPERATION_BYTES > OPERATION_ROOM ||
      (this.#relocationBytes > 0 && this.#relocationBytes + relocations > MAX_RELOCATION_BYTES)
    );
  }

  #push(operation: Operation): void {
    if (this.#operationBytes + OPERATION_BYTES > OPERATION_ROOM && operation.kind !== 'literal') this.close();
    this.#operations.push(operation);
    this.#operationBytes += operation.kind === 'header' ? OPERATION_BYTES / 2 : 20;
  }
}

/** What a table takes at most: two numbers of each row, most of them short. */
function relocationBytes({ relocation }: DictionaryPart): number {
  return relocation === undefined ? 0 : relocation.at.length * 6 + relocation.regions.length * 24;
}
