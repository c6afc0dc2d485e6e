import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { SampanError, wrap } from '../../core/errors/index.ts';
import {
  type FileReport,
  fixText,
  kindOf,
  LINT_LIMITS,
  type LintInput,
  lintText,
  matchesAny,
  settingsFor,
  unifiedDiff,
} from '../../image/lint/index.ts';
import type { Context } from '../context/index.ts';
import { findFiles } from './find.ts';
import { decodeText, type FoundConfig, readInput } from './read.ts';

/** What became of one file. */
export interface LintedFile {
  readonly report: FileReport;
  /** What mending changed, as a unified diff; empty for nothing. */
  readonly diff: string;
  /** The text after mending. */
  readonly text: string;
}

/** What to do with the files. */
export interface LintRequest {
  readonly files: readonly string[];
  readonly found: FoundConfig;
  readonly fix: boolean;
}

/** Lints what arguments name, one file after the other; nothing is written. A file that is unfit is a finding of its own. */
export async function lintFiles(context: Context, { files, found, fix }: LintRequest): Promise<LintedFile[]> {
  const { config, directory } = found;
  const linted: LintedFile[] = [];
  const wasNamed = new Set(files.map(name => relative(context.cwd, resolve(context.cwd, name))));
  for (const path of findFiles(context.cwd, files)) {
    context.signal.throwIfAborted();
    const inProject = relative(directory, resolve(context.cwd, path)).split(sep).join('/');
    const isAmong = (globs: readonly string[]) => matchesAny(globs, inProject);
    if (path !== '-' && isAmong(config.exclude) && !wasNamed.has(path)) continue;
    linted.push(await lintOne(context, path, { settings: settingsFor(config, isAmong), fix }));
  }
  return linted;
}

interface OneRequest {
  readonly settings: ReturnType<typeof settingsFor>;
  readonly fix: boolean;
}

async function lintOne(context: Context, path: string, { settings, fix }: OneRequest): Promise<LintedFile> {
  let text = '';
  try {
    const input = path === '-' ? await readStandardInput(context) : readInput(context.cwd, path);
    text = input.text;
    if (!fix) return { report: lintText(input, settings), diff: '', text };
    const fixed = fixText(input, settings);
    return { report: fixed.report, diff: unifiedDiff(path, input.text, fixed.text), text: fixed.text };
  } catch (error) {
    // One unfit file must not hide what is in the others.
    if (!(error instanceof SampanError) || !['invalid', 'limit'].includes(error.code)) throw error;
    return { report: unfit(path, error.message), diff: '', text };
  }
}

async function readStandardInput({ input }: Context): Promise<LintInput> {
  const text = decodeText(await input.all(LINT_LIMITS.dockerfileBytes), 'standard input');
  return { path: 'stdin', text, kind: kindOf('-', text) };
}

function unfit(path: string, message: string): FileReport {
  const place = { line: 1, column: 1 };
  const finding = {
    rule: 'syntax',
    severity: 'error',
    message,
    start: place,
    end: place,
    offset: 0,
  } as const;
  return { path, kind: kindOf(path, ''), findings: [finding], ignored: 0, isCut: false };
}

/** Writes a file in place of another: whole or not at all, with its mode. */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.sampan-${process.pid}`;
  try {
    const file = openSync(temporary, 'wx', statSync(path).mode);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw wrap(`writing ${path}`, error);
  }
}
