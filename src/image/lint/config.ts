import { SampanError } from '../../core/errors/index.ts';
import { closestOf } from '../../core/text/index.ts';
import { at, itemsOf, parseYaml, type Value } from './compose/index.ts';
import { OWN_FINDINGS, RULES, type Severity } from './rules/index.ts';
import { DEFAULT_SETTINGS, type LintSettings, SEVERITIES, type Wish } from './settings.ts';
import { positionAt, type Span, sourceText } from './source/index.ts';

/** The part `lint` of `.sampan.yaml`. */
export interface LintConfig {
  readonly settings: LintSettings;
  /** Globs of files that are not linted, relative to the file. */
  readonly exclude: readonly string[];
  /** From which severity on findings fail. */
  readonly failOn: Severity | 'never' | undefined;
  /** Wishes for some files only; later ones count more. */
  readonly overrides: readonly {
    readonly files: readonly string[];
    readonly rules: Readonly<Record<string, Wish>>;
  }[];
}

/** The configuration of a project that has none. */
export const NO_CONFIG: LintConfig = {
  settings: DEFAULT_SETTINGS,
  exclude: [],
  failOn: undefined,
  overrides: [],
};

const MAX_CONFIG = 1 << 20;

/** Reads `.sampan.yaml`. Parts of other commands are left alone. @throws SampanError `usage` with line and column. */
export function parseConfig(path: string, text: string): LintConfig {
  if (text.length > MAX_CONFIG)
    throw new SampanError('limit', `${path} is larger than ${MAX_CONFIG} characters`);
  const source = sourceText(path, text);
  const fail = (span: Span, message: string): never => {
    const { line, column } = positionAt(source, span.start);
    throw new SampanError('usage', `${path}:${line}:${column}: ${message}`);
  };
  const { value, problems } = parseYaml(text);
  const [problem] = problems;
  if (problem !== undefined) return fail(problem.span, problem.message);
  const lint = at(value, 'lint');
  if (lint === undefined || (lint.kind === 'scalar' && lint.text === '')) return NO_CONFIG;
  if (lint.kind !== 'map') return fail(lint.span, 'lint must hold settings by their names');
  const unknown = lint.fields.find(({ key }) => !KEYS.includes(key));
  if (unknown !== undefined)
    return fail(unknown.keySpan, `there is no setting lint.${unknown.key}; there are ${KEYS.join(', ')}`);
  return {
    settings: {
      rules: wishes(at(lint, 'rules'), fail),
      registries: texts(at(lint, 'registries')),
      labels: texts(at(lint, 'labels')),
    },
    exclude: texts(at(lint, 'exclude')),
    failOn: failOn(at(lint, 'fail-on'), fail),
    overrides: itemsOf(at(lint, 'overrides')).map(item => ({
      files: texts(at(item, 'files')),
      rules: wishes(at(item, 'rules'), fail),
    })),
  };
}

const KEYS: readonly string[] = ['rules', 'registries', 'labels', 'exclude', 'fail-on', 'overrides'];

type Fail = (span: Span, message: string) => never;

function texts(value: Value | undefined): string[] {
  return itemsOf(value).flatMap(item => (item.kind === 'scalar' && item.text !== '' ? [item.text] : []));
}

function wishes(value: Value | undefined, fail: Fail): Record<string, Wish> {
  if (value === undefined || (value.kind === 'scalar' && value.text === '')) return {};
  if (value.kind !== 'map')
    return fail(value.span, 'rules must be pairs of a rule and off, info, warning or error');
  const ids = RULES.map(({ id }) => id);
  return Object.fromEntries(
    value.fields.map(({ key, keySpan, value: wish }) => {
      if (!ids.includes(key)) {
        const near = closestOf(key, ids);
        const own = Object.hasOwn(OWN_FINDINGS, key)
          ? `${key} cannot be switched off`
          : `there is no rule ${key}`;
        return fail(keySpan, near === undefined ? own : `${own}; did you mean ${near}?`);
      }
      const known = WISHES.find(candidate => wish.kind === 'scalar' && candidate === wish.text);
      return known === undefined
        ? fail(wish.span, `${key} must be off, info, warning or error`)
        : [key, known];
    }),
  );
}

const WISHES: readonly Wish[] = ['off', ...SEVERITIES];

function failOn(value: Value | undefined, fail: Fail): Severity | 'never' | undefined {
  if (value === undefined) return undefined;
  const all = [...SEVERITIES, 'never'] as const;
  const known = all.find(candidate => value.kind === 'scalar' && candidate === value.text);
  return known ?? fail(value.span, 'fail-on must be info, warning, error or never');
}

/** The settings for one file: those of all files, then each override whose files it is among. */
export function settingsFor(
  config: LintConfig,
  isAmong: (globs: readonly string[]) => boolean,
): LintSettings {
  const rules = config.overrides.filter(({ files }) => isAmong(files)).map(override => override.rules);
  return { ...config.settings, rules: Object.assign({}, config.settings.rules, ...rules) };
}
