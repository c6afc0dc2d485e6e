import type { Instruction } from '../../dockerfile/index.ts';
import { type Command, isCall } from '../../shell/index.ts';
import { type DockerfileRule, dockerfileRule } from '../rule.ts';
import { ofKind, shipped } from './queries.ts';
import { transfer } from './transfer.ts';

/** Rules about what changes files after they were copied. */
export const OWNER_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'copy-chown',
    topic: 'layers',
    severity: 'warning',
    summary: 'files of an earlier layer get another owner or mode',
    why: 'A layer holds whole files: `chown -R` stores every file a second time, and an update carries them twice. COPY --chown and --chmod set both at once.',
    bad: 'FROM alpine:3.22\nCOPY site /srv/site\nRUN chown -R 1000:1000 /srv/site\n',
    good: 'FROM alpine:3.22\nCOPY --chown=1000:1000 site /srv/site\n',
    *check(file) {
      const instructions = shipped(file);
      for (const [at, run] of instructions.entries()) {
        const changes = run.keyword === 'RUN' ? run.commands.filter(isChange) : [];
        if (changes.length === 0) continue;
        const before = writtenBefore(instructions.slice(0, at), run);
        for (const command of changes) {
          const path = recopied(command, before);
          if (path === undefined) continue;
          const flag = command.name === 'chmod' ? '--chmod' : '--chown';
          yield {
            span: command.span,
            message: `this stores ${path} a second time: use COPY ${flag}, or do it in the RUN that makes it`,
          };
        }
      }
    },
  }),
];

const isChange = (command: Command) => isCall(command, ['chown', 'chmod', 'chgrp']);

interface Written {
  /** What COPY and ADD wrote before. */
  readonly copied: readonly string[];
  /** Where earlier RUN put files. */
  readonly filled: readonly string[];
  /** What this RUN writes itself. */
  readonly made: readonly string[];
}

/** More paths than any image is made of; a bound against files that take for ever. */
const MAX_PATHS = 300;

function writtenBefore(before: readonly Instruction[], run: Instruction): Written {
  const bare = (path: string) => path.replace(/\/$/, '');
  const copied = ofKind(before, 'COPY', 'ADD').flatMap(instruction => transfer(instruction)?.target || []);
  const filled = before.flatMap(other => writtenBy(other, ['cp', 'mv', 'tar', 'git', 'unzip']));
  const makers = ['cp', 'mkdir', 'install', 'mv', 'tar', 'curl', 'wget', 'git', 'unzip'];
  const making = run.commands.filter(({ name }) => makers.includes(name));
  const made = making.flatMap(({ words }) => words.map(({ value }) => value));
  const last = (paths: readonly string[]) => [...new Set(paths.map(bare))].slice(-MAX_PATHS);
  return { copied: last(copied), filled: last(filled), made: last(made) };
}

/** The argument that an earlier COPY wrote, or an earlier RUN where all below it changes, and this RUN did not make. */
function recopied({ words }: Command, { copied, filled, made }: Written): string | undefined {
  const isRecursive = words.some(({ value }) => /^(?:-[a-zA-Z]*R[a-zA-Z]*|--recursive)$/.test(value));
  const targets = isRecursive ? [...copied, ...filled] : copied;
  const paths = words.slice(2, 20).map(({ value }) => value.replace(/\/$/, ''));
  return paths.find(path => {
    if (!path.startsWith('/')) return false;
    const written = targets.some(
      target => target.startsWith('/') && (isWithin(target, path) || isWithin(path, target)),
    );
    return written && !made.some(own => isWithin(own, path));
  });
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}/`);
}

/** The last paths that the commands of some programs name: where they write to. */
function writtenBy({ commands }: Instruction, programs: readonly string[]): string[] {
  return commands
    .filter(({ name }) => programs.includes(name))
    .flatMap(({ words }) => words.at(-1)?.value ?? []);
}
