import { type Command, splitShell } from '../shell/index.ts';
import {
  type Joined,
  plainText,
  type SourceText,
  sliceJoined,
  sourceSpan,
  splitWords,
  type Word,
} from '../source/index.ts';
import type { Lines } from './lines.ts';
import type { Flag, Heredoc, Instruction, Problem } from './model.ts';

/** What is the same for all instructions of a file. */
export interface InstructionContext {
  readonly source: SourceText;
  readonly escapeMark: string;
  readonly problems: Problem[];
}

/** Reads one instruction. What a builder would refuse about its words goes to `problems`. */
export function readInstruction(lines: Lines, context: InstructionContext): Instruction {
  const head = readHead(lines.joined, context);
  const heredocs = lines.heredocs.map(({ name, word, content }): Heredoc => {
    return { name, word, body: plainText(context.source.text, content) };
  });
  return complete({ lines, head, heredocs }, context, 'outer');
}

interface Head {
  readonly keyword: Word;
  readonly flags: readonly Flag[];
  readonly body: Joined;
}

const TAKES_FLAGS: ReadonlySet<string> = new Set(['ADD', 'COPY', 'FROM', 'HEALTHCHECK', 'RUN']);

function readHead(joined: Joined, context: InstructionContext): Head {
  const { text } = joined;
  const end = /\s/.exec(text)?.index ?? text.length;
  const raw = text.slice(0, end);
  const keyword = { raw, value: raw.toUpperCase(), span: sourceSpan(joined, 0, end) };
  const flags: Flag[] = [];
  let at = skipBlanks(text, end);
  while (TAKES_FLAGS.has(keyword.value) && text.startsWith('--', at)) {
    const stop = flagEnd(text, at);
    const [word] = splitWords(sliceJoined(joined, at, stop), context.escapeMark).words;
    const [name = '', ...value] = (word?.value ?? '--').slice(2).split('=');
    flags.push({
      name,
      value: value.length === 0 ? undefined : value.join('='),
      span: sourceSpan(joined, at, stop),
    });
    at = skipBlanks(text, stop);
    if (word?.value === '--') break;
  }
  const stop = text.trimEnd().length;
  return { keyword, flags, body: sliceJoined(joined, Math.min(at, stop), stop) };
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at] ?? '')) at++;
  return at;
}

function flagEnd(text: string, from: number): number {
  let quote = '';
  let at = from;
  for (; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote === '' && /\s/.test(character)) break;
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
  }
  return at;
}

interface Parts {
  readonly lines: Lines;
  readonly head: Head;
  readonly heredocs: readonly Heredoc[];
}

function complete(parts: Parts, context: InstructionContext, level: 'outer' | 'trigger'): Instruction {
  const { lines, head, heredocs } = parts;
  const exec = jsonForm(head.body.text);
  const { words, unclosed } = splitWords(head.body, context.escapeMark);
  const keyword = head.keyword.value;
  if (unclosed !== undefined && QUOTED.has(keyword) && exec === undefined) {
    context.problems.push({
      span: { start: unclosed, end: unclosed + 1 },
      message: 'this quote is never closed',
    });
  }
  const isOuterTrigger = keyword === 'ONBUILD' && level === 'outer' && head.body.text !== '';
  return {
    keyword,
    keywordSpan: head.keyword.span,
    span: lines.span,
    head: lines.head,
    flags: head.flags,
    body: head.body,
    words,
    exec,
    heredocs: isOuterTrigger ? [] : heredocs,
    commands: isOuterTrigger || exec !== undefined ? [] : commandsWithin(head, { words, heredocs }, context),
    trigger: isOuterTrigger
      ? complete({ ...parts, head: readHead(head.body, context) }, context, 'trigger')
      : undefined,
    comments: lines.comments,
    emptyLines: lines.emptyLines,
  };
}

/** More than any script has; a bound against files that take for ever. */
const MAX_COMMANDS = 2000;

interface Script {
  readonly words: readonly Word[];
  readonly heredocs: readonly Heredoc[];
}

function commandsWithin({ keyword, body }: Head, script: Script, context: InstructionContext): Command[] {
  // With a backtick the shell is one of Windows, whose scripts are not read.
  const commands = context.escapeMark === '\\' ? commandsOf(keyword.value, body, script) : [];
  if (commands.length <= MAX_COMMANDS) return commands;
  const message = `${commands.length} commands are more than the ${MAX_COMMANDS} that are linted in one instruction`;
  context.problems.push({ span: keyword.span, message });
  return [];
}

/** Instructions whose words BuildKit itself takes out of their quotes. */
const QUOTED: ReadonlySet<string> = new Set(['ENV', 'LABEL', 'ARG']);

function jsonForm(text: string): readonly string[] | undefined {
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(item => typeof item === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash', 'zsh']);

function commandsOf(keyword: string, body: Joined, { words, heredocs }: Script): Command[] {
  if (keyword === 'CMD' || keyword === 'ENTRYPOINT') return splitShell(body);
  if (keyword === 'HEALTHCHECK')
    return splitShell(sliceJoined(body, body.text.match(/^cmd\s+/i)?.[0].length ?? 0));
  if (keyword !== 'RUN') return [];
  const [first] = heredocs;
  if (first === undefined) return splitShell(body);
  // `RUN <<EOF` runs the document; one for another program is data, or a script in another language.
  const alone = words.length === 1;
  const shell = SHELLS.has((words[0]?.value ?? '').replace(/^.*\//, ''));
  const script = first.body.text.startsWith('#!') ? /^#!\S*\/(?:env )?\w*sh\b/.test(first.body.text) : true;
  if ((alone || shell) && script) return splitShell(first.body);
  return alone ? [] : splitShell(body);
}
