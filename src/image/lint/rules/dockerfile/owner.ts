import type { Instruction } from '../../dockerfile/index.ts';
import { isCall } from '../../shell/index.ts';
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
        const before = instructions.slice(0, at);
        for (const command of run.keyword === 'RUN' ? run.commands : []) {
          const path = recopied(
            command.words.map(({ value }) => value),
            before,
            run,
          );
          if (path === undefined || !isCall(command, ['chown', 'chmod', 'chgrp'])) continue;
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

/** The argument that an earlier COPY wrote, or an earlier RUN where all below it changes, and this RUN did not make. */
function recopied(
  words: readonly string[],
  before: readonly Instruction[],
  run: Instruction,
): string | undefined {
  const paths = words.slice(2).filter(word => word.startsWith('/') && word.length > 1);
  const copied = ofKind(before, 'COPY', 'ADD').flatMap(
    instruction => transfer(instruction)?.target.replace(/\/$/, '') || [],
  );
  const isRecursive = words.some(word => /^(?:-[a-zA-Z]*R[a-zA-Z]*|--recursive)$/.test(word));
  const filled = isRecursive
    ? before.flatMap(other => writtenBy(other, ['cp', 'mv', 'tar', 'git', 'unzip']))
    : [];
  const targets = [...copied, ...filled.map(path => path.replace(/\/$/, ''))];
  const made = writtenBy(run, ['cp', 'mkdir', 'install', 'mv', 'tar', 'curl', 'wget', 'git', 'unzip']);
  return paths.find(path => {
    const bare = path.replace(/\/$/, '');
    const written = targets.some(
      target =>
        target.startsWith('/') &&
        target.length > 1 &&
        (target === bare || target.startsWith(`${bare}/`) || bare.startsWith(`${target}/`)),
    );
    return written && !made.some(own => own === path || own.startsWith(`${bare}/`));
  });
}

/** The last paths that the commands of some programs name: where they write to. */
function writtenBy({ commands }: Instruction, programs: readonly string[]): string[] {
  return commands
    .filter(({ name }) => programs.includes(name))
    .flatMap(({ words }) => words.at(-1)?.value ?? []);
}
