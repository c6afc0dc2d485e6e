import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { positionAt, type Span, sourceText } from '../../core/text/index.ts';
import { at, itemsOf, type MapValue, parseYaml, type Value } from '../../core/yaml/index.ts';
import type { Budget } from '../../image/inspect/index.ts';
import { parseSize } from '../command/index.ts';
import type { ProjectFile } from '../project/index.ts';
import { checkKind, parseWaste } from './limits.ts';

const KEYS: readonly string[] = ['max-size', 'max-waste', 'min-efficiency', 'max-growth', 'fail-on'];

/** The section `budget` of a project's file; other sections are left alone. @throws SampanError `usage` with its place. */
export function parseBudget({ path, text }: ProjectFile): Budget {
  const source = sourceText(path, text);
  const placed = <T>({ start }: Span, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!isSampanError(error)) throw error;
      const { line, column } = positionAt(source, start);
      const remedy = error.remedy === undefined ? {} : { remedy: error.remedy };
      throw new SampanError('usage', `${path}:${line}:${column}: ${error.message}`, remedy);
    }
  };
  const { value, problems } = parseYaml(text);
  const [problem] = problems;
  if (problem !== undefined) return placed(problem.span, () => refuse(problem.message));
  const budget = at(value, 'budget');
  if (budget === undefined || (budget.kind === 'scalar' && budget.text === '')) return { failOn: [] };
  const section = placed(budget.span, () => sectionOf(budget));
  const unknown = section.fields.find(({ key }) => !KEYS.includes(key));
  if (unknown !== undefined)
    placed(unknown.keySpan, () => refuse(`budget.${unknown.key} is none of ${KEYS.join(', ')}`));
  return limitsIn(section, placed);
}

function refuse(message: string): never {
  throw new SampanError('usage', message);
}

function sectionOf(value: Value): MapValue {
  return value.kind === 'map' ? value : refuse(`budget holds ${KEYS.join(', ')}`);
}

type Placed = <T>(span: Span, read: () => T) => T;

function limitsIn(section: MapValue, placed: Placed): Budget {
  const read = <T>(key: string, parse: (text: string) => T): T | undefined => {
    const value = at(section, key);
    return value === undefined ? undefined : placed(value.span, () => parse(textOf(value, key)));
  };
  const [maxSize, maxGrowth] = [read('max-size', parseSize), read('max-growth', parseSize)];
  const maxWaste = read('max-waste', text => parseWaste(text, 'max-waste'));
  const minEfficiency = read('min-efficiency', efficiencyOf);
  return {
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(maxGrowth === undefined ? {} : { maxGrowth }),
    ...(maxWaste === undefined ? {} : { maxWaste }),
    ...(minEfficiency === undefined ? {} : { minEfficiency }),
    failOn: kindsIn(at(section, 'fail-on'), placed),
  };
}

function textOf(value: Value, key: string): string {
  return value.kind === 'scalar' && value.text !== '' ? value.text : refuse(`${key} is one value`);
}

function efficiencyOf(text: string): number {
  const value = Number(text);
  return value >= 0 && value <= 1 ? value : refuse('min-efficiency is a number from 0 to 1');
}

function kindsIn(value: Value | undefined, placed: Placed): readonly string[] {
  if (value === undefined) return [];
  const items = value.kind === 'scalar' ? [value] : itemsOf(value);
  return items.map(item => placed(item.span, () => checkKind(textOf(item, 'fail-on'), 'fail-on')));
}
