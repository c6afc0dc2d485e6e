import { type OpenElf, SEGMENT } from './headers.ts';

/** A note (gABI, chapter 5, "Note Section"). */
export interface Note {
  readonly owner: string;
  readonly type: number;
  readonly description: Buffer;
}

const MAX_NOTES = 256;
const MAX_NOTE_SEGMENTS = 16;
const MAX_BYTES = 64 << 10;

/** The notes of the segments that are mapped, at most 256; a note that does not fit ends its segment. */
export function readNotes(elf: OpenElf): readonly Note[] {
  const notes: Note[] = [];
  const segments = elf.headers.segments.filter(s => s.type === SEGMENT.note).slice(0, MAX_NOTE_SEGMENTS);
  for (const segment of segments) {
    const bytes = elf.window.read(segment.offset, Math.min(segment.fileSize, MAX_BYTES));
    for (const note of notesIn(bytes, elf)) if (notes.length < MAX_NOTES) notes.push(note);
  }
  return notes;
}

function* notesIn(bytes: Buffer, { fields }: OpenElf): Generator<Note> {
  for (let at = 0; at + 12 <= bytes.length; ) {
    const ownerSize = fields.u32(bytes, at);
    const size = fields.u32(bytes, at + 4);
    const from = at + 12 + padded(ownerSize);
    if (from + size > bytes.length) return;
    const owner = bytes.toString('latin1', at + 12, at + 12 + Math.max(ownerSize - 1, 0));
    yield { owner, type: fields.u32(bytes, at + 8), description: bytes.subarray(from, from + size) };
    at = from + padded(size);
  }
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}
