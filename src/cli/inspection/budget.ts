import type { Budget } from '../../image/inspect/index.ts';
import { file, list, number, size, text } from '../command/index.ts';
import { findProjectFile } from '../project/index.ts';
import { checkKind, parseWaste } from './limits.ts';

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
    description:
      'exit with 3 when one of these was found: secrets,apt-cache,…, or a severity: high, medium, low',
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

/**
 * The budget: what is given, and for the rest the section `budget` of the file of the project.
 *
 * @throws SampanError `usage` for a broken option or file.
 */
export async function readBudget(values: BudgetValues, cwd: string): Promise<Budget> {
  const project = await projectBudget(cwd, values.config);
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
    failOn: [
      ...project.failOn,
      ...values.failOn.flatMap(each => each.split(',').map(kind => checkKind(kind.trim(), '--fail-on'))),
    ],
  };
}

/** The reader of YAML takes longer to load than all else: only where there is a file. */
async function projectBudget(cwd: string, named: string | undefined): Promise<Budget> {
  const found = findProjectFile(cwd, named);
  if (found === undefined) return { failOn: [] };
  const { parseBudget } = await import('./project-budget.ts');
  return parseBudget(found);
}
