import { resolve } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import {
  type FileReport,
  type Finding,
  isAtLeast,
  RULES,
  toGithub,
  toSarif,
} from '../../image/lint/index.ts';
import { any, choice, defineCommand, file, flag } from '../command/index.ts';
import type { Context } from '../context/index.ts';
import {
  countFindings,
  type LintedFile,
  lintFiles,
  printDiff,
  printFindings,
  readConfig,
  replaceFile,
  summaryOf,
} from '../lint/index.ts';
import { writeJson } from '../output/index.ts';
import { readVersion } from '../version/index.ts';

/** `sampan lint`. */
export const lintCommand = defineCommand({
  description: [
    'Reads Dockerfiles and Compose files and says what costs space, memory, time or safety on a device, and what to write instead. Each rule has a page in docs/rules.',
    'Where a finding is meant, say so above it: # sampan ignore=RULE the reason. What a whole project wants is in .sampan.yaml, see docs/lint.md.',
    '--fix changes only what does not change the meaning, keeps comments and layout, and prints what it changed.',
  ].join('\n\n'),
  arguments: {
    files: any({
      description: 'files, directories, globs, or - for standard input; this directory unless told',
    }),
  },
  options: {
    fix: flag({ description: 'mend what can be mended safely, and print the difference' }),
    dryRun: flag({ description: 'with --fix: print the difference, and write nothing' }),
    failOn: choice({
      values: ['info', 'warning', 'error', 'never'],
      description: 'from which severity on findings fail (error, unless .sampan.yaml says otherwise)',
    }),
    format: choice({
      values: ['text', 'json', 'sarif', 'github'],
      default: 'text',
      description: 'what to print',
    }),
    json: flag({ description: 'print JSON, schema sampan.lint/1' }),
    config: file({ description: 'the configuration, in place of the nearest .sampan.yaml' }),
  },
  examples: [
    { line: 'lint', explanation: 'all Dockerfiles and Compose files of a project' },
    { line: 'lint --fix --dry-run Dockerfile', explanation: 'see what would be mended' },
    {
      line: 'lint --format github --fail-on warning',
      explanation: 'annotations in a workflow, which fails on warnings',
    },
  ],
  exitCodes: { 3: 'there are findings at or above the severity of --fail-on' },
  async run(context, values) {
    const { fix, dryRun } = values;
    if (dryRun && !fix) throw new SampanError('usage', '--dry-run is for --fix');
    if (fix && values.files.includes('-') && !dryRun)
      throw new SampanError('usage', 'standard input cannot be mended', {
        remedy: 'add --dry-run to see the difference',
      });
    const found = readConfig(context.cwd, values.config);
    const files = values.files.length === 0 ? ['.'] : values.files;
    const linted = await lintFiles(context, { files, found, fix });
    if (fix && !dryRun) write(context, linted);
    const format = values.json ? 'json' : values.format;
    print(context, linted, { format, onlyDiff: dryRun });
    judge(
      linted.map(({ report }) => report),
      values.failOn ?? found.config.failOn ?? 'error',
    );
  },
});

function write(context: Context, linted: readonly LintedFile[]): void {
  for (const { report, diff, text } of linted) {
    if (diff !== '') replaceFile(resolve(context.cwd, report.path), text);
  }
}

interface PrintOptions {
  readonly format: 'text' | 'json' | 'sarif' | 'github';
  /** The places of what is left would be those of a text that nobody sees. */
  readonly onlyDiff: boolean;
}

function print(context: Context, linted: readonly LintedFile[], { format, onlyDiff }: PrintOptions): void {
  const reports = linted.map(({ report }) => report);
  const { stdout, stderr } = context;
  // A program that reads the findings must not find a difference among them.
  const place = format === 'text' ? stdout : stderr;
  for (const { diff } of linted) if (diff !== '') printDiff(place, diff);
  if (format === 'json') {
    writeJson(stdout, 'sampan.lint/1', { files: reports.map(fileJson), counts: countFindings(reports) });
  } else if (format === 'sarif') {
    stdout.write(`${JSON.stringify(toSarif(reports, readVersion()), null, 2)}\n`);
  } else if (format === 'github') {
    stdout.write(toGithub(reports));
  } else {
    if (!onlyDiff) printFindings(stdout, reports);
    if (!context.quiet) stderr.write(`${summaryOf(reports)}\n`);
  }
}

function fileJson({ findings, ...rest }: FileReport): object {
  return { ...rest, findings: findings.map(findingJson) };
}

function findingJson({ rule, severity, message, start, end, edits }: Finding): object {
  const page = RULES.some(({ id }) => id === rule) ? { page: `docs/rules/${rule}.md` } : {};
  return { rule, severity, message, start, end, fixable: edits !== undefined, ...page };
}

function judge(reports: readonly FileReport[], failOn: 'info' | 'warning' | 'error' | 'never'): void {
  if (failOn === 'never') return;
  const failing = reports
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => isAtLeast(severity, failOn));
  if (failing.length === 0) return;
  const among = failOn === 'error' ? '' : ` at or above ${failOn}`;
  throw new SampanError(
    'unproven',
    `${failing.length} ${failing.length === 1 ? 'finding fails' : 'findings fail'}${among}`,
  );
}
