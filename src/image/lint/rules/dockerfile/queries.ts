import {
  type Dockerfile,
  effective,
  type Instruction,
  lastStage,
  lineageOf,
  parseImageName,
  rootImage,
  type Stage,
} from '../../dockerfile/index.ts';
import { type Command, isCall } from '../../shell/index.ts';
import type { Span } from '../../source/index.ts';
import type { Edit } from '../rule.ts';

/** The instructions whose layers are in the image: the last stage and those that it continues; triggers are looked into. */
export function shipped(file: Dockerfile): Instruction[] {
  return lineageOf(lastStage(file)).flatMap(stage => stage.instructions.map(effective));
}

/** The instructions of all stages; triggers are looked into. */
export function everywhere(file: Dockerfile): Instruction[] {
  return file.stages.flatMap(stage => stage.instructions.map(effective));
}

/** The instructions of one kind. */
export function ofKind(instructions: readonly Instruction[], ...keywords: readonly string[]): Instruction[] {
  return instructions.filter(({ keyword }) => keywords.includes(keyword));
}

/** A command and the instruction that runs it. */
export interface Ran {
  readonly run: Instruction;
  readonly command: Command;
}

/** The commands of RUN instructions. */
export function ranBy(instructions: readonly Instruction[]): Ran[] {
  return ofKind(instructions, 'RUN').flatMap(run => run.commands.map(command => ({ run, command })));
}

/** The RUN instructions one of whose commands passes a test: what holds for all commands of that RUN. */
export function runsWith(
  instructions: readonly Instruction[],
  test: (command: Command, run: Instruction) => boolean,
): ReadonlySet<Instruction> {
  const runs = ofKind(instructions, 'RUN');
  return new Set(runs.filter(run => run.commands.some(command => test(command, run))));
}

/** Whether a RUN mounts something over a path, or over a directory of it. */
export function mountsOver(run: Instruction, path: string): boolean {
  return run.flags.some(({ name, value }) => {
    if (name !== 'mount' || value === undefined) return false;
    const target = /(?:^|,)(?:target|dst|destination)=([^,]+)/.exec(value)?.[1] ?? '';
    return /type=(?:cache|tmpfs)/.test(value) && `${target}/`.includes(path);
  });
}

/** Whether a RUN has a cache mount at all. */
export function hasCacheMount(run: Instruction): boolean {
  return run.flags.some(({ name, value }) => name === 'mount' && /type=(?:cache|tmpfs)/.test(value ?? ''));
}

/** The end of a word as a place to insert. */
export function insertAfter({ span }: { readonly span: Span }, text: string): Edit {
  return { span: { start: span.end, end: span.end }, text };
}

/** The start of a word as a place to insert. */
export function insertBefore({ span }: { readonly span: Span }, text: string): Edit {
  return { span: { start: span.start, end: span.start }, text };
}

/** Adds a command at the end of a RUN, in its layout; undefined where that is not plainly safe. */
export function appendCommand(file: Dockerfile, run: Instruction, command: string): Edit | undefined {
  const last = run.commands.at(-1);
  if (last === undefined || last.depth > 0 || run.exec !== undefined) return undefined;
  const { source } = file;
  if (run.heredocs.length > 0) {
    const body = run.heredocs[0]!.body;
    const end = (body.from[0] ?? 0) + body.text.length;
    const onlyScript = run.heredocs.length === 1 && run.words.length === 1 && body.text.endsWith('\n');
    return onlyScript ? { span: { start: end, end }, text: `${command}${source.lineBreak}` } : undefined;
  }
  if (last.after !== '' || last.span.end < run.head.end - 1) return undefined;
  const lineStart = source.text.lastIndexOf('\n', last.span.start) + 1;
  if (lineStart <= run.keywordSpan.start) return insertAfter(last, ` && ${command}`);
  const indent = /^[ \t]*/.exec(source.text.slice(lineStart, last.span.start))?.[0] ?? '';
  return insertAfter(last, ` ${file.escapeMark}${source.lineBreak}${indent}&& ${command}`);
}

/** Whether two instructions follow each other with nothing but white space between. */
export function isDirectlyAfter(file: Dockerfile, first: Instruction, second: Instruction): boolean {
  return file.source.text.slice(first.span.end, second.span.start).trim() === '';
}

/** Whether a command takes packages away again. */
export function isUninstall(command: Command): boolean {
  return isCall(command, ['apk', 'apt-get', 'apt', 'dnf', 'yum'], ['del', 'purge', 'remove', 'autoremove']);
}

/** Kinds of base images, as far as their names tell. */
export interface BaseKind {
  readonly name: string;
  readonly tag: string;
  readonly isScratch: boolean;
  readonly isDistroless: boolean;
  readonly isAlpine: boolean;
  readonly isBusybox: boolean;
  readonly isSlim: boolean;
}

/** What the image that a stage stands on is; undefined where a build argument decides. */
export function baseKind(stage: Stage | undefined): BaseKind | undefined {
  const image = stage === undefined ? undefined : rootImage(stage);
  if (image === undefined) return undefined;
  const { name, repository, tag = '' } = parseImageName(image);
  return {
    name,
    tag,
    isScratch: image.toLowerCase() === 'scratch',
    isDistroless: /(?:^|\/)distroless\//.test(repository) || /^cgr\.dev\/chainguard\//.test(repository),
    isAlpine: name === 'alpine' || /alpine/.test(tag),
    isBusybox: name === 'busybox',
    isSlim: /slim/.test(tag),
  };
}

/** Packages that a command installs, without versions, for the package managers of distributions. */
export function installed({ name, words }: Command): { readonly name: string; readonly span: Span }[] {
  const verbs = INSTALLERS.get(name);
  const at = words.findIndex(({ value }, index) => index > 0 && (verbs?.has(value) ?? false));
  if (at < 0) return [];
  return words.slice(at + 1).flatMap(({ value, span }, index, all) => {
    const before = all[index - 1]?.value ?? '';
    if (value.startsWith('-') || /^(?:-t|--virtual|--repository|-X|--root|-p)$/.test(before)) return [];
    return [{ name: value.replace(/[=<>~@].*$/, ''), span }];
  });
}

const INSTALLERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['apt-get', new Set(['install'])],
  ['apt', new Set(['install'])],
  ['aptitude', new Set(['install'])],
  ['apk', new Set(['add'])],
  ['dnf', new Set(['install'])],
  ['yum', new Set(['install'])],
  ['microdnf', new Set(['install'])],
  ['zypper', new Set(['install', 'in'])],
]);
