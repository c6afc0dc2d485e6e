import { type Joined, joinSpans, lineSpan, type SourceText, type Span } from '../source/index.ts';
import { type HeredocMark, heredocMarks } from './heredoc.ts';
import type { Comment, Problem } from './model.ts';

/** The lines of one instruction, joined. */
export interface Lines {
  readonly joined: Joined;
  readonly span: Span;
  readonly head: Span;
  readonly comments: readonly Comment[];
  readonly emptyLines: readonly Span[];
  readonly heredocs: readonly (HeredocMark & { readonly content: Span })[];
}

/** All instructions of a text as lines, and all its comments. */
export interface SplitFile {
  readonly lines: readonly Lines[];
  readonly comments: readonly Comment[];
  readonly problems: readonly Problem[];
}

/** Joins continued lines, sets comments apart and takes here-documents along, as BuildKit does. */
export function splitInstructions(source: SourceText, escapeMark: string): SplitFile {
  const reader: Reader = { source, escapeMark, line: 1, comments: [], problems: [] };
  const lines: Lines[] = [];
  let above: Comment[] = [];
  while (reader.line <= source.lineStarts.length) {
    const span = contentSpan(reader, reader.line);
    const comment = commentAt(source, span);
    if (comment !== undefined) {
      above.push(comment);
      reader.comments.push(comment);
      reader.line++;
    } else if (span.start === span.end) {
      above = [];
      reader.line++;
    } else {
      lines.push(readInstruction(reader, above));
      above = [];
    }
  }
  return { lines, comments: reader.comments, problems: reader.problems };
}

interface Reader {
  readonly source: SourceText;
  readonly escapeMark: string;
  line: number;
  readonly comments: Comment[];
  readonly problems: Problem[];
}

/** A line without the blanks around it; a byte order mark is a blank. */
function contentSpan({ source }: Reader, line: number): Span {
  const { start, end } = lineSpan(source, line);
  const text = source.text.slice(start, end);
  const trimmed = text.trimStart();
  return { start: end - trimmed.length, end: end - trimmed.length + trimmed.trimEnd().length };
}

function commentAt({ text }: SourceText, { start, end }: Span): Comment | undefined {
  if (text[start] !== '#' || start === end) return undefined;
  return { text: text.slice(start + 1, end).trim(), span: { start, end } };
}

function readInstruction(reader: Reader, above: readonly Comment[]): Lines {
  const { source, escapeMark } = reader;
  const spans: Span[] = [];
  const comments = [...above];
  const emptyLines: Span[] = [];
  const start = contentSpan(reader, reader.line).start;
  let end = start;
  let pending: Span[] = [];
  for (let first = true; reader.line <= source.lineStarts.length; first = false) {
    const content = contentSpan(reader, reader.line);
    const whole = lineSpan(source, reader.line);
    reader.line++;
    const comment = first ? undefined : commentAt(source, content);
    if (comment !== undefined) {
      comments.push(comment);
      reader.comments.push(comment);
      continue;
    }
    if (content.start === content.end) {
      pending.push({ start: whole.start, end: source.lineStarts[reader.line - 1] ?? source.text.length });
      continue;
    }
    emptyLines.push(...pending);
    pending = [];
    const continued = isContinued(source.text, content, escapeMark);
    const from = first ? content.start : whole.start;
    end = content.end;
    spans.push({ start: from, end: continued ? content.end - 1 : content.end });
    if (!continued) break;
  }
  const joined = joinSpans(source.text, spans);
  const heredocs = readHeredocs(reader, joined);
  const last = heredocs.at(-1);
  return {
    joined,
    head: { start, end },
    span: { start, end: last === undefined ? end : last.closing.end },
    comments,
    emptyLines,
    heredocs,
  };
}

function isContinued(text: string, { start, end }: Span, escapeMark: string): boolean {
  if (text[end - 1] !== escapeMark) return false;
  return end - 1 === start || text[end - 2] !== escapeMark;
}

function readHeredocs(reader: Reader, joined: Joined) {
  return heredocMarks(joined, reader.escapeMark).map(mark => {
    const start = reader.source.lineStarts[reader.line - 1] ?? reader.source.text.length;
    for (; reader.line <= reader.source.lineStarts.length; reader.line++) {
      const line = lineSpan(reader.source, reader.line);
      const text = reader.source.text.slice(line.start, line.end);
      if ((mark.stripTabs ? text.replace(/^\t+/, '') : text) !== mark.name) continue;
      reader.line++;
      return { ...mark, content: { start, end: line.start }, closing: line };
    }
    const end = reader.source.text.length;
    reader.problems.push({
      span: mark.word.span,
      message: `the here-document ${mark.name} is never closed: a line with only ${mark.name} is missing`,
    });
    return { ...mark, content: { start, end }, closing: { start: end, end } };
  });
}
