import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SampanError, systemCode, wrap } from '../../core/errors/index.ts';
import { type Budget, FINDING_IDS, SEVERITIES } from '../../image/inspect/index.ts';
import { file, list, number, parseSize, size, text } from '../command/index.ts';

/** Options of commands that hold an image to a budget. */
export const BUDGET_OPTIONS = {
  maxSize: size({ description: 'exit with 3 when the files of all layers have more' }),
  maxWaste: text({
    placeholder: 'SIZE|N%',
    description: 'exit with 3 when more of it could go: 50MB, or a share of the size, 10%',
  }),
  minEfficiency: number({
    description: "exit with 3 when dive's efficiency score is below: 0.95",
    min: 0,
    max: 1,
    fraction: true,
  }),
  maxGrowth: size({ description: 'exit with 3 when it is larger than the other image by more' }),
  failOn: list({
    placeholder: 'FINDING',
    description: 'exit with 3 when this was found: secrets, apt-cache, …, or a severity: high, medium, low',
  }),
  config: file({ description: 'where the budget of the project is (.sampan.yaml unless told)' }),
} as const;

/** What those options become. */
export interface BudgetValues {
  readonly maxSize: number | undefined;
  readonly maxWaste: string | undefined;
  readonly minEfficiency: number | undefined;
  readonly maxGrowth: number | undefined;
  readonly failOn: readonly string[];
  readonly config: string | undefined;
}

const DEFAULT_FILE = '.sampan.yaml';
const MAX_BYTES = 1 << 20;

/**
 * The budget: what is given, and for the rest the section `budget` of the file of the project.
 *
 * @throws SampanError `usage` for a broken option or file.
 */
export async function readBudget(values: BudgetValues, cwd: string): Promise<Budget> {
  const project = await projectBudget(values.config, cwd);
  const maxWaste =
    values.maxWaste === undefined ? project.maxWaste : parseWaste(values.maxWaste, '--max-waste');
  const pick = <K extends 'maxSize' | 'minEfficiency' | 'maxGrowth'>(key: K) => {
    const value = values[key] ?? project[key];
    return value === undefined ? {} : { [key]: value };
  };
  return {
    ...pick('maxSize'),
    ...pick('minEfficiency'),
    ...pick('maxGrowth'),
    ...(maxWaste === undefined ? {} : { maxWaste }),
    failOn: [...project.failOn, ...values.failOn.map(each => checkKind(each, '--fail-on'))],
  };
}

async function projectBudget(config: string | undefined, cwd: string): Promise<Budget> {
  const path = resolve(cwd, config ?? DEFAULT_FILE);
  const document = readProject(path, config !== undefined);
  if (document === undefined) return { failOn: [] };
  // Loaded only where there is a file: it takes longer than all else of the start.
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(document, { maxAliasCount: 10 });
  } catch (error) {
    throw new SampanError('usage', `${path}: not YAML: ${firstLine(error)}`, { cause: error });
  }
  const section = member(value, 'budget');
  return section === undefined || section === null ? { failOn: [] } : budgetOf(section, `${path}: budget`);
}

function readProject(path: string, isWanted: boolean): string | undefined {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MAX_BYTES) throw new SampanError('usage', `${path}: more than ${MAX_BYTES} bytes`);
    return bytes.toString('utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && !isWanted) return undefined;
    throw error instanceof SampanError ? error : wrap(`reading ${path}`, error);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

const KEYS = ['max-size', 'max-waste', 'min-efficiency', 'max-growth', 'fail-on'];

function budgetOf(section: unknown, where: string): Budget {
  if (typeof section !== 'object' || section === null || Array.isArray(section)) {
    throw new SampanError('usage', `${where}: wanted ${KEYS.join(', ')}`);
  }
  const strange = Object.keys(section).find(key => !KEYS.includes(key));
  if (strange !== undefined) {
    throw new SampanError('usage', `${where}: ${strange} is none of ${KEYS.join(', ')}`);
  }
  const sizeOf = (key: string) => {
    const value = member(section, key);
    return value === undefined ? undefined : parseSize(String(value));
  };
  const [maxSize, maxGrowth] = [sizeOf('max-size'), sizeOf('max-growth')];
  const waste = member(section, 'max-waste');
  const minEfficiency = efficiencyOf(member(section, 'min-efficiency'), where);
  return {
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(maxGrowth === undefined ? {} : { maxGrowth }),
    ...(waste === undefined ? {} : { maxWaste: parseWaste(String(waste), `${where}: max-waste`) }),
    ...(minEfficiency === undefined ? {} : { minEfficiency }),
    failOn: kindsOf(member(section, 'fail-on'), `${where}: fail-on`),
  };
}

function efficiencyOf(value: unknown, where: string): number | undefined {
  if (value === undefined || (typeof value === 'number' && value >= 0 && value <= 1)) return value;
  throw new SampanError('usage', `${where}: min-efficiency is a number from 0 to 1`);
}

function kindsOf(value: unknown, where: string): readonly string[] {
  const all: unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return all.map(each => checkKind(String(each), where));
}

function checkKind(kind: string, where: string): string {
  if (FINDING_IDS.includes(kind) || SEVERITIES.some(severity => severity === kind)) return kind;
  throw new SampanError('usage', `${where}: there is no finding ${kind}`, {
    remedy: `choose among ${SEVERITIES.join(', ')}, ${FINDING_IDS.join(', ')}`,
  });
}

function parseWaste(given: string, where: string): NonNullable<Budget['maxWaste']> {
  const percent = /^(\d{1,3}(?:\.\d+)?)\s*%$/.exec(given.trim())?.[1];
  if (percent === undefined) return { bytes: parseSize(given) };
  if (Number(percent) > 100) throw new SampanError('usage', `${where}: ${given} is more than all`);
  return { share: Number(percent) / 100 };
}
