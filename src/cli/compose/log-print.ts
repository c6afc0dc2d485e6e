import { type Joiner, joiner, type LogFilter, levelOf, type Pending, passes } from '../../run/logs/index.ts';
import type { Output } from '../output/index.ts';
import { visible } from '../output/index.ts';
import type { ProjectLine } from './log-follow.ts';

/** How lines are printed. */
export interface LogStyle {
  readonly project: string;
  readonly json: boolean;
  readonly timestamps: boolean;
  /** Absent: everything is printed, as it comes. */
  readonly filter: LogFilter | undefined;
}

/** Prints lines of containers. */
export interface LogPrinter {
  print(lines: readonly ProjectLine[]): void;
  /** What waited for more lines of its report. */
  end(): void;
}

const COLORS = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];
const JOIN_MS = 1000;

/** Prints lines with the names of their containers before them, or as lines of JSON. */
export function logPrinter(output: Output, style: LogStyle): LogPrinter {
  const prefix = prefixes(output, style.project);
  const joiners = new Map<string, Joiner<ProjectLine>>();
  const put = (line: ProjectLine, lines: readonly string[]): void => {
    if (style.json) output.write(jsonLine(line, lines.join('\n')));
    else
      output.write(
        lines.map(text => `${prefix(line.container)}${textOf(line, text, style, output)}\n`).join(''),
      );
  };
  const filtered = (pending: Pending<ProjectLine> | undefined): void => {
    if (pending === undefined || style.filter === undefined) return;
    const text = pending.lines.join('\n');
    if (passes(style.filter, levelOf(text), text)) put(pending.first, pending.lines);
  };
  const sift = (line: ProjectLine): void => {
    const key = `${line.container}/${line.stream}`;
    const found = joiners.get(key) ?? joiner<ProjectLine>();
    joiners.set(key, found);
    filtered(found.push(line, line.text, Date.parse(line.time)));
  };
  return {
    print: lines => {
      for (const line of lines) {
        if (style.filter === undefined) put(line, [line.text]);
        else sift(line);
      }
      const newest = Date.parse(lines.at(-1)?.time ?? '');
      for (const one of joiners.values()) filtered(one.due(newest - JOIN_MS));
    },
    end: () => {
      for (const one of joiners.values()) filtered(one.flush());
    },
  };
}

function jsonLine({ time, service, container, stream, cutBytes }: ProjectLine, text: string): string {
  const level = levelOf(text);
  const more = {
    ...(level === undefined ? {} : { level }),
    ...(cutBytes === 0 ? {} : { cutBytes }),
  };
  return `${JSON.stringify({ schema: 'sampan.logs/1', time, service, container, stream, ...more, text })}\n`;
}

/** Names without that of the project, in columns, each container in its colour. */
function prefixes(output: Output, project: string): (container: string) => string {
  const colors = new Map<string, number>();
  let width = 0;
  return container => {
    const name = visible(
      container.startsWith(`${project}-`) ? container.slice(project.length + 1) : container,
    );
    width = Math.max(width, name.length);
    const color = colors.get(name) ?? COLORS[colors.size % COLORS.length] ?? 36;
    colors.set(name, color);
    const text = `${name.padEnd(width)} | `;
    return output.color ? `\x1b[${color}m${text}\x1b[39m` : text;
  };
}

function textOf(line: ProjectLine, text: string, { timestamps }: LogStyle, output: Output): string {
  const stamp = timestamps && line.time !== '' ? `${line.time.slice(0, 23)}Z ` : '';
  const cut = line.cutBytes === 0 ? '' : ` … (${line.cutBytes} bytes more)`;
  const safe = output.isTerminal ? withColors(text, output.color) : text;
  return `${stamp}${safe}${cut}`;
}

/** Colours are welcome on a terminal; all else that could steer it is shown instead. (ECMA-48, "SGR") */
function withColors(text: string, isColored: boolean): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  const parts = text.split(/(\x1b\[[\d;]*m)/);
  const safe = parts.map((part, i) =>
    i % 2 === 1 ? (isColored ? part : '') : part.split('\t').map(visible).join('\t'),
  );
  return parts.length > 1 && isColored ? `${safe.join('')}\x1b[0m` : safe.join('');
}
