import type { Dockerfile, Instruction } from '../../dockerfile/index.ts';
import { type Command, hasFlag, isCall, subcommand } from '../../shell/index.ts';
import { type DockerfileRule, dockerfileRule, type Edit, type Found } from '../rule.ts';
import {
  appendCommand,
  everywhere,
  insertAfter,
  insertBefore,
  isDirectlyAfter,
  mountsOver,
  ofKind,
  type Ran,
  ranBy,
  shipped,
} from './queries.ts';

const APT = ['apt-get', 'apt', 'aptitude'];
const isUpdate = (command: Command) => isCall(command, APT, ['update']);
const isInstall = (command: Command) => isCall(command, APT, ['install', 'build-dep']);

function removesLists(run: Instruction): boolean {
  if (mountsOver(run, '/var/lib/apt')) return true;
  return run.commands.some(({ name, words }) => {
    const touches = words.some(({ value }) =>
      /^\/var\/(?:lib\/(?:apt(?:\/lists)?)?\/?\*?|lib\/apt\/lists\/.*)$/.test(value),
    );
    return (name === 'rm' || name === 'find') && touches;
  });
}

/** Rules about apt in Debian and Ubuntu. */
export const APT_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'apt-lists',
    topic: 'packages',
    severity: 'warning',
    fixable: true,
    summary: 'the package lists of apt stay in the image',
    why: 'The lists are 20 to 50 MB that a device never reads. Removing them in a later RUN does not help: the layer that has them is carried all the same.',
    bad: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends nginx-light\nCMD ["nginx"]\n',
    good: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends nginx-light \\\n    && rm -rf /var/lib/apt/lists/*\nCMD ["nginx"]\n',
    covers: ['DL3009', 'DKL-DI-0005'],
    *check(file) {
      const lastStale = lastStaleInstall(file);
      for (const run of ofKind(shipped(file), 'RUN')) {
        const update = run.commands.find(isUpdate);
        if (update === undefined || !run.commands.some(isInstall) || removesLists(run)) continue;
        const edit =
          lastStale > run.span.start ? undefined : appendCommand(file, run, 'rm -rf /var/lib/apt/lists/*');
        yield {
          span: update.span,
          message: 'the lists stay in this layer: end it with && rm -rf /var/lib/apt/lists/*',
          ...(edit === undefined ? {} : { edits: [edit] }),
        };
      }
    },
  }),
  dockerfileRule({
    id: 'apt-update-alone',
    topic: 'packages',
    severity: 'warning',
    fixable: true,
    summary: 'apt-get update has a layer of its own',
    why: 'The layer is cached: months later the install after it asks for versions that are gone, or installs old ones. And its lists can no longer be removed.',
    bad: 'FROM debian:bookworm-slim\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends nginx-light\nCMD ["nginx"]\n',
    good: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends nginx-light && rm -rf /var/lib/apt/lists/*\nCMD ["nginx"]\n',
    covers: ['CIS-DI-0007'],
    *check(file) {
      const runs = everywhere(file);
      for (const [at, run] of runs.entries()) {
        const [only, ...others] = run.keyword === 'RUN' ? run.commands : [];
        if (only === undefined || others.length > 0 || !isUpdate(only)) continue;
        const edits = mergeWithNext(file, run, runs[at + 1]);
        yield {
          span: run.head,
          message: 'update and install belong in one RUN',
          ...(edits === undefined ? {} : { edits }),
        };
      }
    },
  }),
  dockerfileRule({
    id: 'apt-stale-lists',
    topic: 'packages',
    severity: 'warning',
    fixable: true,
    summary: 'apt-get install relies on lists of an earlier layer',
    why: 'It installs what was newest when that layer was cached, or fails because those versions are gone; and as long as a later layer needs the lists, they cannot be removed.',
    bad: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends nginx-light\nRUN apt-get install -y --no-install-recommends curl\nCMD ["nginx"]\n',
    good: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends nginx-light curl && rm -rf /var/lib/apt/lists/*\nCMD ["nginx"]\n',
    *check(file) {
      const runs = everywhere(file);
      for (const [at, run] of runs.entries()) {
        const install = staleInstall(run);
        const before = runs[at - 1];
        // The layer before has only the update: that is told there.
        if (install === undefined || (before?.commands.length === 1 && isUpdate(before.commands[0]!)))
          continue;
        const simple = install.depth === 0 && install.wrappers.length === 0;
        yield {
          span: install.span,
          message:
            'add it to the RUN that updates the lists, or update them here: apt-get update && apt-get install …',
          ...(simple ? { edits: [insertBefore(install, 'apt-get update && ')] } : {}),
        };
      }
    },
  }),
  dockerfileRule({
    id: 'apt-recommends',
    topic: 'packages',
    severity: 'warning',
    summary: 'apt-get installs recommended packages too',
    why: 'Recommended packages are often twice the size of what was asked for: documentation tools, compilers, even a mail server. Name those that you need.',
    bad: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y nginx-light && rm -rf /var/lib/apt/lists/*\nCMD ["nginx"]\n',
    good: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends nginx-light && rm -rf /var/lib/apt/lists/*\nCMD ["nginx"]\n',
    covers: ['DL3015'],
    *check(file) {
      if (/apt\.conf|APT::Install-Recommends/.test(file.source.text)) return;
      for (const { command } of ranBy(shipped(file))) {
        if (!isInstall(command) || hasFlag(command, '--no-install-recommends', '--without-recommends'))
          continue;
        yield { span: command.span, message: 'add --no-install-recommends, and name what is missing then' };
      }
    },
  }),
  dockerfileRule({
    id: 'apt-not-get',
    topic: 'packages',
    severity: 'info',
    fixable: true,
    summary: 'apt is used in a script',
    why: 'The options and the output of `apt` change between releases; `apt-get` is made for scripts.',
    bad: 'FROM debian:bookworm-slim\nRUN apt update && apt install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*\n',
    good: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*\n',
    covers: ['DL3027'],
    *check(file) {
      const same = ['update', 'install', 'upgrade', 'remove', 'purge', 'autoremove', 'clean', 'dist-upgrade'];
      for (const { command } of ranBy(everywhere(file))) {
        const [program] = command.words;
        if (command.name !== 'apt' || program === undefined) continue;
        const known = same.includes(subcommand(command)?.value ?? '') && program.raw === 'apt';
        const edits = known ? { edits: [{ span: program.span, text: 'apt-get' }] } : {};
        yield { span: program.span, message: 'use apt-get, or apt-cache', ...edits };
      }
    },
  }),
  dockerfileRule({
    id: 'assume-yes',
    topic: 'packages',
    severity: 'error',
    fixable: true,
    summary: 'a package manager waits for an answer',
    why: 'Nobody answers in a build: it stops there. Give -y (zypper: --non-interactive).',
    bad: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install --no-install-recommends tini && rm -rf /var/lib/apt/lists/*\n',
    good: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*\n',
    covers: ['DL3014', 'DL3030', 'DL3034', 'DL3038'],
    *check(file) {
      for (const ran of ranBy(everywhere(file))) {
        const found = missingYes(ran);
        if (found !== undefined) yield found;
      }
    },
  }),
  dockerfileRule({
    id: 'no-upgrade',
    topic: 'packages',
    severity: 'info',
    summary: 'the whole distribution is upgraded in the build',
    why: 'Upgraded packages are in the image twice, the old ones in the base and the new ones in your layer; and each build is another one. Take a newer base instead.',
    bad: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists/*\nCMD ["date"]\n',
    good: 'FROM debian:trixie-slim\nCMD ["date"]\n',
    covers: ['DL3005', 'DL3017', 'DL3031', 'DL3035', 'DL3039', 'DKL-DI-0003'],
    *check(file) {
      const all = ['upgrade', 'dist-upgrade', 'full-upgrade'];
      for (const { command } of ranBy(shipped(file))) {
        const others =
          isCall(command, ['yum', 'dnf', 'microdnf'], ['update', 'upgrade']) && command.words.length <= 3;
        const zypper = isCall(command, ['zypper'], ['dist-upgrade', 'dup', 'update', 'up']);
        if (isCall(command, [...APT, 'apk'], all) || others || zypper)
          yield { span: command.span, message: 'take a newer base image instead of upgrading this one' };
      }
    },
  }),
];

function staleInstall(run: Instruction): Command | undefined {
  if (run.keyword !== 'RUN' || mountsOver(run, '/var/lib/apt')) return undefined;
  const at = run.commands.findIndex(isInstall);
  const install = run.commands[at];
  if (install === undefined || run.commands.slice(0, at).some(isUpdate)) return undefined;
  const packages = install.words
    .slice(1)
    .filter(({ value }) => !value.startsWith('-'))
    .slice(1);
  // A package file needs no lists.
  return packages.every(({ value }) => /[/]|\.deb$/.test(value)) ? undefined : install;
}

/** Where the last install stands that needs the lists of a layer before it, here or in a stage that continues this one. */
function lastStaleInstall(file: Dockerfile): number {
  return everywhere(file).reduce(
    (last, run) => (staleInstall(run) === undefined ? last : run.span.start),
    -1,
  );
}

function mergeWithNext(
  file: Dockerfile,
  run: Instruction,
  next: Instruction | undefined,
): Edit[] | undefined {
  const first = next?.commands[0];
  if (next?.keyword !== 'RUN' || first === undefined || !isInstall(first) || next.flags.length > 0)
    return undefined;
  if (run.flags.length > 0 || first.depth > 0 || next.exec !== undefined || next.heredocs.length > 0)
    return undefined;
  if (run.heredocs.length > 0 || !isDirectlyAfter(file, run, next)) return undefined;
  const end = run.commands[0]!.span.end;
  return [{ span: { start: end, end: first.span.start }, text: ' && ' }];
}

const ASK: readonly {
  readonly names: readonly string[];
  readonly verbs: readonly string[];
  readonly flags: readonly string[];
}[] = [
  {
    names: APT,
    verbs: ['install', 'upgrade', 'dist-upgrade', 'remove', 'purge', 'autoremove', 'build-dep'],
    flags: ['-y', '--yes', '--assume-yes', '-qq', '--quiet=2', '-q=2', '--force-yes'],
  },
  {
    names: ['yum', 'dnf', 'microdnf'],
    verbs: ['install', 'update', 'upgrade', 'remove', 'groupinstall', 'localinstall', 'reinstall'],
    flags: ['-y', '--assumeyes'],
  },
  {
    names: ['zypper'],
    verbs: ['install', 'in', 'remove', 'rm', 'update', 'up', 'patch'],
    flags: ['-n', '--non-interactive', '-y', '--no-confirm'],
  },
];

function missingYes({ run, command }: Ran): Found | undefined {
  const rule = ASK.find(({ names, verbs }) => isCall(command, names, verbs));
  const verb = subcommand(command);
  if (rule === undefined || verb === undefined || hasFlag(command, ...rule.flags)) return undefined;
  // `yes |`, a -q given twice, or a configuration written before.
  const twice = command.words.filter(({ value }) => value === '-q').length > 1;
  if (twice || command.before === '|' || run.body.text.includes('apt.conf')) return undefined;
  return {
    span: command.span,
    message: `${command.name} ${verb.value} asks: add -y`,
    edits: [insertAfter(verb, ' -y')],
  };
}
