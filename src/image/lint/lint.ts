import { SampanError } from '../../core/errors/index.ts';
import { closestOf, visible } from '../../core/text/index.ts';
import { at, parseCompose } from './compose/index.ts';
import { type Dockerfile, parseDockerfile } from './dockerfile/index.ts';
import {
  type CommentScope,
  type IgnoreComment,
  isIgnoredAt,
  linesOf,
  readIgnores,
  yamlComments,
} from './ignore.ts';
import {
  COMPOSE_RULES,
  DOCKERFILE_RULES,
  type Edit,
  type Found,
  RULES,
  type Rule,
  type Severity,
} from './rules/index.ts';
import { type LintSettings, severityOf } from './settings.ts';
import { type Position, positionAt, type SourceText, type Span, sourceText } from './source/index.ts';

/** What a file is. */
export type FileKind = 'dockerfile' | 'compose';

/** A finding in a file. */
export interface Finding {
  /** The id of a rule, or `syntax` or `unknown-rule`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly start: Position;
  readonly end: Position;
  /** The offset at which it starts. */
  readonly offset: number;
  /** What mends it; absent where a person must decide. */
  readonly edits?: readonly Edit[];
}

/** All that was found in one file. */
export interface FileReport {
  readonly path: string;
  readonly kind: FileKind;
  /** By their place in the file. */
  readonly findings: readonly Finding[];
  /** How many findings comments ignore. */
  readonly ignored: number;
  /** There was more than is told. */
  readonly isCut: boolean;
}

/** A text to lint. */
export interface LintInput {
  readonly path: string;
  readonly text: string;
  readonly kind: FileKind;
  /** See `Surroundings.dockerignore`. */
  readonly dockerignore?: string | null | undefined;
}

/** Bounds against files that were made to take for ever; larger ones are refused. */
export const LINT_LIMITS = {
  dockerfileBytes: 4 << 20,
  composeBytes: 1 << 20,
  instructions: 3000,
  findings: 1000,
} as const;

/**
 * Finds what could be better in a Dockerfile or Compose file. Files with syntax errors are linted as far as they can
 * be read, with findings of the rule `syntax`.
 *
 * @throws SampanError `limit` for a text that is too long, `invalid` for one that is no text.
 */
export function lintText(input: LintInput, settings: LintSettings): FileReport {
  refuseUnfit(input);
  const source = sourceText(input.path, input.text);
  const { found, ignores } =
    input.kind === 'dockerfile' ? inDockerfile(source, input, settings) : inCompose(source, settings);
  const all = [...found, ...unknownRules(ignores)];
  const kept = all.filter(({ rule, found: { span, anchors = [] } }) => {
    return !isIgnoredAt(
      ignores,
      rule,
      [span, ...anchors].map(part => linesOf(source, part)),
    );
  });
  const findings = kept.map(made => findingOf(source, made)).sort((a, b) => a.offset - b.offset);
  return {
    path: input.path,
    kind: input.kind,
    findings: findings.slice(0, LINT_LIMITS.findings),
    ignored: all.length - kept.length,
    isCut: findings.length > LINT_LIMITS.findings,
  };
}

function refuseUnfit({ path, text, kind }: LintInput): void {
  const limit = kind === 'dockerfile' ? LINT_LIMITS.dockerfileBytes : LINT_LIMITS.composeBytes;
  if (text.length > limit)
    throw new SampanError(
      'limit',
      `${path}: ${text.length} characters are more than the ${limit} that are linted`,
    );
  if (text.includes('\0')) throw new SampanError('invalid', `${path} is no text file`);
}

interface Made {
  readonly rule: string;
  readonly severity: Severity;
  readonly found: Found;
}

interface Linted {
  readonly found: readonly Made[];
  readonly ignores: readonly IgnoreComment[];
}

const TRANSLATIONS: ReadonlyMap<string, readonly string[]> = translations(RULES);

function translations(rules: readonly Rule[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const { id, covers = [] } of rules) {
    for (const name of covers) names.set(name, [...(names.get(name) ?? []), id]);
  }
  return names;
}

function problemsOf(problems: readonly { readonly span: Span; readonly message: string }[]): Made[] {
  return problems.slice(0, LINT_LIMITS.findings).map(found => ({ rule: 'syntax', severity: 'error', found }));
}

function inDockerfile(source: SourceText, { dockerignore }: LintInput, settings: LintSettings): Linted {
  const file = parseDockerfile(source);
  const ignores = [...readIgnores(dockerfileComments(file), TRANSLATIONS), ...skipped(file)];
  const count = file.instructions.length;
  if (count > LINT_LIMITS.instructions) {
    const message = `${count} instructions are more than the ${LINT_LIMITS.instructions} that are linted`;
    return { found: problemsOf([{ span: { start: 0, end: 0 }, message }]), ignores };
  }
  const around = { dockerignore, registries: settings.registries, labels: settings.labels };
  // Advice on a file that has no stage would only repeat that.
  const rules = file.stages.length === 0 ? [] : DOCKERFILE_RULES;
  const advice = rules.flatMap(rule => {
    const severity = severityOf(rule, settings);
    if (severity === undefined) return [];
    return Array.from(rule.check(file, around), found => ({ rule: rule.id, severity, found }));
  });
  return { found: [...problemsOf(file.problems), ...advice], ignores };
}

/** Comments before the first instruction count for the whole file, others for the instruction below or around them. */
function dockerfileComments(file: Dockerfile): CommentScope[] {
  const first = file.instructions[0]?.span.start ?? 0;
  const top = file.comments
    .filter(({ span }) => span.start < first)
    .map(({ text, span }) => ({ text, span, from: 1, to: Number.MAX_SAFE_INTEGER }));
  const own = file.instructions.flatMap(({ comments, span }) => {
    const { from, to } = linesOf(file.source, span);
    return comments
      .filter(comment => comment.span.start >= first)
      .map(({ text, span: place }) => ({ text, span: place, from, to }));
  });
  return [...top, ...own];
}

/** `# check=skip=Rule,…`, the directive of BuildKit. */
function skipped({ directives }: Dockerfile): IgnoreComment[] {
  const skip = /(?:^|;)\s*skip=([^;]*)/.exec(directives.get('check') ?? '')?.[1] ?? '';
  const rules = skip.split(',').flatMap(name => TRANSLATIONS.get(name.trim()) ?? []);
  return rules.length === 0
    ? []
    : [{ rules, span: { start: 0, end: 0 }, from: 1, to: Number.MAX_SAFE_INTEGER }];
}

function inCompose(source: SourceText, settings: LintSettings): Linted {
  const file = parseCompose(source);
  const ignores = readIgnores(yamlComments(source), TRANSLATIONS);
  const advice = COMPOSE_RULES.flatMap(rule => {
    const severity = severityOf(rule, settings);
    if (severity === undefined || at(file.root, 'services') === undefined) return [];
    return Array.from(rule.check(file), found => ({ rule: rule.id, severity, found }));
  });
  return { found: [...problemsOf(file.problems), ...advice], ignores };
}

function unknownRules(ignores: readonly IgnoreComment[]): Made[] {
  const ids = RULES.map(({ id }) => id);
  return ignores.flatMap(({ rules, span }) =>
    rules
      .filter(rule => !ids.includes(rule))
      .map(rule => {
        const near = closestOf(rule, ids);
        const hint = near === undefined ? '' : `; did you mean ${near}?`;
        return {
          rule: 'unknown-rule',
          severity: 'warning' as const,
          found: { span, message: `there is no rule ${rule}${hint}` },
        };
      }),
  );
}

function findingOf(source: SourceText, { rule, severity, found }: Made): Finding {
  return {
    rule,
    severity,
    message: visible(found.message.length > 500 ? `${found.message.slice(0, 500)}…` : found.message),
    start: positionAt(source, found.span.start),
    end: positionAt(source, found.span.end),
    offset: found.span.start,
    ...(found.edits === undefined ? {} : { edits: found.edits }),
  };
}
