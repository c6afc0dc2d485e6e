import type { Dockerfile, Instruction } from '../../dockerfile/index.ts';
import { type Command, hasFlag, isCall, operands } from '../../shell/index.ts';
import { type DockerfileRule, dockerfileRule, type Found } from '../rule.ts';
import { everywhere, ofKind, type Ran, ranBy } from './queries.ts';

const FETCHERS = ['curl', 'wget'];
const BUILDERS: ReadonlySet<string> = new Set([
  ...FETCHERS,
  'apt-get',
  'apt',
  'apk',
  'dnf',
  'yum',
  'microdnf',
  'pip',
  'pip3',
  'npm',
  'yarn',
  'pnpm',
  'make',
  'cmake',
  'cargo',
  'go',
  'gcc',
  'tar',
  'unzip',
  'git',
  'configure',
]);

/** Rules about the scripts in RUN. */
export const SCRIPT_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'pipefail',
    topic: 'build',
    severity: 'warning',
    summary: 'a download that fails in a pipe goes unnoticed',
    why: 'The status of a pipe is that of its last command: a broken download makes a broken image, and the device finds out. Write to a file first, or set SHELL ["/bin/bash", "-o", "pipefail", "-c"].',
    bad: 'FROM alpine:3.22\nRUN wget -O - https://example.com/a.tar | tar -x -C /srv\n',
    good: 'FROM alpine:3.22\nSHELL ["/bin/ash", "-o", "pipefail", "-c"]\nRUN wget -O - https://example.com/a.tar | tar -x -C /srv\n',
    covers: ['DL4006'],
    *check({ stages }) {
      for (const { instructions } of stages) {
        let set = false;
        for (const instruction of instructions) {
          if (instruction.keyword === 'SHELL') set = instruction.body.text.includes('pipefail');
          if (instruction.keyword !== 'RUN' || set) continue;
          const own = instruction.commands.some(
            command => command.name === 'set' && command.words.some(({ value }) => value === 'pipefail'),
          );
          const pipe = instruction.commands.find(
            command => command.after === '|' && FETCHERS.includes(command.name),
          );
          if (pipe !== undefined && !own)
            yield {
              span: pipe.span,
              message: `when ${pipe.name} fails here, the build goes on: set -o pipefail`,
            };
        }
      }
    },
  }),
  dockerfileRule({
    id: 'piped-script',
    topic: 'safety',
    severity: 'warning',
    summary: 'a script from the network is run as it comes',
    why: 'Nobody sees what ran, and the next build may run something else. Fetch it, compare its checksum, then run it.',
    bad: 'FROM debian:bookworm-slim\nRUN curl -fsSL https://example.com/install.sh | sh\n',
    good: `FROM debian:bookworm-slim\nADD --checksum=sha256:${'0123456789abcdef'.repeat(4)} https://example.com/install.sh /tmp/install.sh\nRUN sh /tmp/install.sh\n`,
    *check(file) {
      for (const { commands } of ofKind(everywhere(file), 'RUN')) {
        for (const [at, command] of commands.entries()) {
          const next = commands[at + 1];
          const shell =
            next !== undefined &&
            ['sh', 'bash', 'ash', 'zsh', 'python', 'python3', 'perl', 'node'].includes(next.name);
          if (FETCHERS.includes(command.name) && command.after === '|' && shell)
            yield { span: command.span, message: 'fetch it with ADD --checksum, then run it' };
        }
      }
    },
  }),
  dockerfileRule({
    id: 'verify-tls',
    topic: 'safety',
    severity: 'warning',
    summary: 'a download does not verify the server',
    why: 'Anyone on the way can put other bytes into the image.',
    bad: 'FROM alpine:3.22\nRUN wget --no-check-certificate https://example.com/a\n',
    good: 'FROM alpine:3.22\nRUN wget https://example.com/a\n',
    *check(file) {
      for (const { command } of ranBy(everywhere(file))) {
        const bad =
          (command.name === 'curl' && hasFlag(command, '-k', '--insecure')) ||
          (command.name === 'wget' && hasFlag(command, '--no-check-certificate')) ||
          command.words.some(({ value }) =>
            /^(?:--trusted-host|--allow-unauthenticated|--allow-untrusted|--nogpgcheck|--no-gpg-check)/.test(
              value,
            ),
          ) ||
          (isCall(command, ['npm'], ['config', 'set']) &&
            command.words.some(({ value }) => /^strict-ssl(?:=false)?$/.test(value)));
        const git =
          command.name === 'git' && command.words.some(({ value }) => /sslVerify(?:=| )?false/i.test(value));
        if (bad || git)
          yield {
            span: command.span,
            message: 'verify the server: install ca-certificates, or give the certificate of your proxy',
          };
      }
    },
  }),
  dockerfileRule({
    id: 'curl-fail',
    topic: 'build',
    severity: 'warning',
    summary: 'curl takes an error page for the file',
    why: 'Without -f a page that says 404 is stored as if it were the program, and the build succeeds.',
    bad: 'FROM alpine:3.22\nRUN curl -sSL -o /usr/bin/tool https://example.com/tool\n',
    good: 'FROM alpine:3.22\nRUN curl -fsSL -o /usr/bin/tool https://example.com/tool\n',
    *check(file) {
      for (const { command } of ranBy(everywhere(file))) {
        if (
          command.name !== 'curl' ||
          hasFlag(command, '-f', '--fail', '--fail-with-body', '--fail-early', '-I', '-w', '--version', '-V')
        )
          continue;
        const keeps =
          hasFlag(command, '-o', '-O', '--output', '--remote-name', '--remote-name-all') ||
          command.after === '|' ||
          command.redirects.length > 0;
        if (keeps) yield { span: command.span, message: 'add -f' };
      }
    },
  }),
  dockerfileRule({
    id: 'ignored-failure',
    topic: 'build',
    severity: 'warning',
    fixable: true,
    summary: 'the script goes on after a command that failed',
    why: 'Commands joined by ; run whatever became of the one before: half-installed images are built and shipped. Join them by &&, or begin with set -e.',
    bad: 'FROM alpine:3.22\nRUN apk add --no-cache tini; mkdir /data\n',
    good: 'FROM alpine:3.22\nRUN apk add --no-cache tini && mkdir /data\n',
    check: ignoredFailures,
  }),
  dockerfileRule({
    id: 'heredoc-set-e',
    topic: 'build',
    severity: 'warning',
    summary: 'a script of several lines does not stop at an error',
    why: 'A here-document is a script: only the status of its last line counts. Begin it with set -e.',
    bad: 'FROM alpine:3.22\nRUN <<EOF\napk add --no-cache tini\nmkdir /data\nEOF\n',
    good: 'FROM alpine:3.22\nRUN <<EOF\nset -e\napk add --no-cache tini\nmkdir /data\nEOF\n',
    *check(file) {
      const shells = ofKind(everywhere(file), 'SHELL');
      for (const run of ofKind(everywhere(file), 'RUN')) {
        if (
          run.heredocs.length === 0 ||
          stopsAtErrors(run, shells) ||
          /^#!\S+ -\w*e|^#!\S*(?:python|perl|node|ruby)/.test(run.heredocs[0]!.body.text)
        )
          continue;
        if (
          run.commands.some(({ after }) => after === '\n') &&
          run.commands.length > 1 &&
          run.words.length <= 2
        )
          yield { span: run.head, message: 'begin the script with set -e' };
      }
    },
  }),
  dockerfileRule({
    id: 'lost-change',
    topic: 'clarity',
    severity: 'warning',
    summary: 'cd or export at the end of a RUN is lost',
    why: 'Each RUN has a shell of its own: the next one starts anew. Use WORKDIR and ENV.',
    bad: 'FROM alpine:3.22\nRUN cd /srv\nRUN touch here\n',
    good: 'FROM alpine:3.22\nWORKDIR /srv\nRUN touch here\n',
    covers: ['DL3003'],
    *check(file) {
      for (const run of ofKind(everywhere(file), 'RUN')) {
        const last = run.commands.at(-1);
        if (last === undefined || last.depth > 0) continue;
        const assigns = last.words.length === 0 && last.assignments.length > 0 && run.commands.length === 1;
        if (['cd', 'export', 'umask', 'source'].includes(last.name) || assigns)
          yield {
            span: last.span,
            message: `this is lost at the end of RUN: use ${last.name === 'cd' ? 'WORKDIR' : 'ENV'}`,
          };
      }
    },
  }),
  dockerfileRule({
    id: 'shell-link',
    topic: 'clarity',
    severity: 'warning',
    summary: '/bin/sh is replaced to get another shell',
    why: 'Programs of the image that rely on /bin/sh may break. SHELL ["/bin/bash", "-c"] changes it for the build alone.',
    bad: 'FROM debian:bookworm-slim\nRUN ln -sf /bin/bash /bin/sh\n',
    good: 'FROM debian:bookworm-slim\nSHELL ["/bin/bash", "-c"]\n',
    covers: ['DL4005'],
    *check(file) {
      for (const { command } of ranBy(everywhere(file))) {
        if (command.name === 'ln' && operands(command).at(-1)?.value === '/bin/sh')
          yield { span: command.span, message: 'use SHELL' };
      }
    },
  }),
];

/** Whether a RUN ends at the first command that fails; `shells` are the SHELL instructions of the file. */
function stopsAtErrors(run: Instruction, shells: readonly Instruction[]): boolean {
  const sets = run.commands.some(
    ({ name, words }) => name === 'set' && words.some(({ value }) => /^-\w*e|errexit/.test(value)),
  );
  const before = shells.findLast(({ span }) => span.start < run.span.start);
  const shell = before?.exec?.some(word => /^-\w*e/.test(word)) ?? false;
  const option = run.words.slice(0, 4).some(({ value }) => /^-\w*e\w*$/.test(value));
  return sets || shell || (option && run.heredocs.length > 0);
}

function* ignoredFailures(file: Dockerfile): Generator<Found> {
  const shells = ofKind(everywhere(file), 'SHELL');
  for (const run of ofKind(everywhere(file), 'RUN')) {
    if (run.heredocs.length > 0 || stopsAtErrors(run, shells)) continue;
    const isPlain = run.commands.every(({ after, depth }) => depth === 0 && after !== '||' && after !== '&');
    for (const [at, command] of run.commands.entries()) {
      if (run.commands[at + 1] === undefined || !canFail({ run, command })) continue;
      const between = file.source.text.slice(command.span.end, command.afterSpan.start);
      const edit = isPlain && between.trim() === '';
      yield {
        span: command.span,
        message: `when ${command.name} fails here, the build goes on: join with &&`,
        ...(edit
          ? { edits: [{ span: { start: command.span.end, end: command.afterSpan.end }, text: ' &&' }] }
          : {}),
      };
    }
  }
}

function canFail({ command }: Ran): boolean {
  return (
    command.after === ';' && command.depth === 0 && BUILDERS.has(command.name) && !isInCondition(command)
  );
}

function isInCondition({ before }: Command): boolean {
  return before === '||';
}
