import { argumentName, COMMON_OPTIONS, type Command, type Option, optionName } from '../command/index.ts';

/** One line of a list in a help page: a term and what it means. */
export interface Item {
  readonly term: string;
  readonly meaning: string;
}

/** The content of a help page, for whoever lays it out. */
export interface Page {
  readonly usage: string;
  /** A whole sentence. */
  readonly summary: string;
  readonly paragraphs: readonly string[];
  readonly arguments: readonly Item[];
  readonly options: readonly Item[];
  readonly commonOptions: readonly Item[];
  readonly examples: readonly Item[];
  readonly exitCodes: readonly Item[];
}

const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed',
  2: 'bad usage',
  130: 'interrupted',
};

/** What the help says of a command, made from its data. */
export function pageOf(name: string, summary: string, command: Command): Page {
  return {
    usage: usageLine(name, command),
    summary: `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    paragraphs: command.description.split(/\n\s*\n/).map(paragraph => paragraph.replace(/\s+/g, ' ').trim()),
    arguments: Object.entries(command.arguments).map(([key, argument]) => ({
      term: argumentName(key),
      meaning: argument.description,
    })),
    options: optionItems(command.options),
    commonOptions: optionItems(COMMON_OPTIONS),
    examples: command.examples.map(({ line, explanation }) => ({
      term: `sampan ${line}`,
      meaning: explanation,
    })),
    exitCodes: Object.entries({ ...EXIT_CODES, ...command.exitCodes }).map(([code, meaning]) => ({
      term: code,
      meaning,
    })),
  };
}

function usageLine(name: string, command: Command): string {
  const words = Object.entries(command.arguments).map(([key, { required, repeatable }]) => {
    const word = repeatable ? `${argumentName(key)}...` : argumentName(key);
    return required ? word : `[${word}]`;
  });
  return ['sampan', name, ...words, '[OPTIONS]'].join(' ');
}

function optionItems(options: Readonly<Record<string, Option<unknown>>>): Item[] {
  return Object.entries(options).map(([key, option]) => ({
    term: optionTerm(optionName(key), option),
    meaning: option.description + optionNotes(option),
  }));
}

function optionTerm(name: string, option: Option<unknown>): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  return `${short}--${name}${option.placeholder === undefined ? '' : ` ${option.placeholder}`}`;
}

function optionNotes(option: Option<unknown>): string {
  const notes = [
    ...(option.default === undefined ? [] : [`default ${option.default}`]),
    ...(option.repeatable ? ['may be repeated'] : []),
  ];
  return notes.length === 0 ? '' : ` (${notes.join('; ')})`;
}
