import { type Joined, splitWords, type Word } from '../source/index.ts';

/** `<<NAME` in an instruction. */
export interface HeredocMark {
  readonly name: string;
  /** `<<-NAME`: tabs before its lines do not count. */
  readonly stripTabs: boolean;
  readonly word: Word;
}

const TAKES_HEREDOC = /^(?:onbuild\s+)?(?:run|copy|add)\s/i;
const MARK = /^\d*<<(-?)([^<]+)$/;
/** A bound against a line that opens thousands. */
const MAX_HEREDOCS = 100;

/** The here-documents that an instruction opens: only ADD, COPY, RUN, and those under ONBUILD can. */
export function heredocMarks(joined: Joined, escapeMark: string): HeredocMark[] {
  if (!joined.text.includes('<<') || !TAKES_HEREDOC.test(joined.text)) return [];
  return splitWords(joined, escapeMark)
    .words.flatMap(word => {
      const [, dash, quoted = ''] = MARK.exec(word.raw) ?? [];
      const name = quoted.replace(/["']/g, '');
      return name === '' ? [] : [{ name, stripTabs: dash === '-', word }];
    })
    .slice(0, MAX_HEREDOCS);
}
