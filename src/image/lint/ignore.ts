import { lineSpan, positionAt, type SourceText, type Span } from './source/index.ts';

/** `# sampan ignore=RULE reason`: a finding that is meant. */
export interface IgnoreComment {
  readonly rules: readonly string[];
  readonly span: Span;
  /** The lines for which it counts, from 1, both included. */
  readonly from: number;
  readonly to: number;
}

/** A comment of a file and the lines for which it would count. */
export interface CommentScope {
  readonly text: string;
  readonly span: Span;
  readonly from: number;
  readonly to: number;
}

/** Names of rules of other tools, each with ours. */
export type Translations = ReadonlyMap<string, readonly string[]>;

const MARK = /^\s*(sampan|hadolint)\s+(global\s+)?ignore\s*=\s*([\w,\s-]*)/;

/** Reads what comments ignore. Comments for hadolint count too, with its names. */
export function readIgnores(comments: readonly CommentScope[], translations: Translations): IgnoreComment[] {
  return comments.flatMap(({ text, span, from, to }) => {
    const [, tool, everywhere, names = ''] = MARK.exec(text.slice(0, 1000)) ?? [];
    if (tool === undefined) return [];
    // Names are parted by commas; what follows the last of them is the reason.
    const listed = names.split(',').map(name => name.trim());
    const last = listed.pop()?.split(/\s+/)[0] ?? '';
    const written = [...listed, last].filter(name => name !== '');
    const rules = tool === 'sampan' ? written : written.flatMap(name => translations.get(name) ?? []);
    const whole = everywhere === undefined ? { from, to } : { from: 1, to: Number.MAX_SAFE_INTEGER };
    return [{ rules, span, ...whole }];
  });
}

/** Whether a finding at some places is ignored. */
export function isIgnoredAt(
  ignores: readonly IgnoreComment[],
  rule: string,
  lines: readonly { readonly from: number; readonly to: number }[],
): boolean {
  return ignores.some(
    ignore =>
      ignore.rules.includes(rule) && lines.some(({ from, to }) => ignore.from <= to && from <= ignore.to),
  );
}

/** The comments of a YAML file: one at the end of a line counts for it, lines of comments for the line below them. */
export function yamlComments(source: SourceText): CommentScope[] {
  const found: CommentScope[] = [];
  let above: CommentScope[] = [];
  let started = false;
  for (let line = 1; line <= source.lineStarts.length; line++) {
    const { start, end } = lineSpan(source, line);
    const text = source.text.slice(start, Math.min(end, start + 2000));
    const at = text.startsWith('#') ? 0 : text.search(/\s#/);
    const comment = at < 0 ? '' : text.slice(at).replace(/^\s*#/, '');
    const isComment = /^\s*#/.test(text);
    if (isComment) above.push({ text: comment, span: { start, end }, from: line, to: line });
    else if (text.trim() === '') {
      if (!started) found.push(...above.map(whole));
      above = [];
    } else {
      found.push(...above.map(scope => (started ? { ...scope, from: line, to: line } : whole(scope))));
      if (at >= 0) found.push({ text: comment, span: { start, end }, from: line, to: line });
      above = [];
      started = true;
    }
  }
  return found;
}

function whole(scope: CommentScope): CommentScope {
  return { ...scope, from: 1, to: Number.MAX_SAFE_INTEGER };
}

/** The lines that a part of a text takes. */
export function linesOf(
  source: SourceText,
  { start, end }: Span,
): { readonly from: number; readonly to: number } {
  return { from: positionAt(source, start).line, to: positionAt(source, Math.max(start, end - 1)).line };
}
