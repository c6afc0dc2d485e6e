import type { SourceText } from '../source/index.ts';
import { checkSyntax } from './check.ts';
import { readInstruction } from './instruction.ts';
import { splitInstructions } from './lines.ts';
import type { Dockerfile, Instruction, Problem } from './model.ts';
import { stagesOf } from './stages.ts';

/** Reads a Dockerfile. It never fails: what a builder would refuse is in `problems`, the rest is read as well as it can be. */
export function parseDockerfile(source: SourceText): Dockerfile {
  const directives = readDirectives(source.text);
  const escapeMark = directives.get('escape') === '`' ? '`' : '\\';
  const problems: Problem[] = [];
  const written = directives.get('escape');
  if (written !== undefined && written !== '`' && written !== '\\') {
    problems.push({
      span: { start: 0, end: 0 },
      message: 'the escape directive takes a backslash or a backtick',
    });
  }
  const split = splitInstructions(source, escapeMark);
  problems.push(...split.problems);
  const instructions = split.lines.map(lines => readInstruction(lines, { source, escapeMark, problems }));
  const first = instructions.findIndex(({ keyword }) => keyword === 'FROM');
  const preamble = instructions.slice(0, Math.max(0, first)).filter(({ keyword }) => keyword === 'ARG');
  const parsed = {
    source,
    escapeMark,
    directives,
    comments: split.comments,
    instructions,
    preamble,
    stages: stagesOf(instructions, preamble),
  };
  return { ...parsed, problems: [...problems, ...checkSyntax(parsed)] };
}

const DIRECTIVE = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/;
const KNOWN: ReadonlySet<string> = new Set(['syntax', 'escape', 'check']);

/** Parser directives stand before all else; the first other line ends them. */
function readDirectives(text: string): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end);
    const [, name = '', value = ''] = line.length > 2000 ? [] : (DIRECTIVE.exec(line.trim()) ?? []);
    if (!KNOWN.has(name.toLowerCase()) || directives.has(name.toLowerCase())) break;
    directives.set(name.toLowerCase(), value);
    if (end < 0) break;
    at = end + 1;
  }
  return directives;
}

/** An instruction, or what it triggers under ONBUILD. */
export function effective(instruction: Instruction): Instruction {
  return instruction.trigger ?? instruction;
}
