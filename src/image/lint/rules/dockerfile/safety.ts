import { type Dockerfile, type Instruction, lastStage, rootImage } from '../../dockerfile/index.ts';
import { isCall, operands } from '../../shell/index.ts';
import { type DockerfileRule, dockerfileRule, type Found } from '../rule.ts';
import { isSecretName, secretShape } from '../secrets.ts';
import { everywhere, insertAfter, ofKind, ranBy, shipped } from './queries.ts';

/** Rules about users and rights. */
export const USER_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'non-root',
    topic: 'safety',
    severity: 'warning',
    summary: 'the program runs as root',
    why: 'Whoever breaks into the program is root in the container, beside the devices and volumes that were given to it. Most programs need no root; for devices a group is enough.',
    bad: 'FROM alpine:3.22\nCMD ["httpd", "-f", "-p", "8080"]\n',
    good: 'FROM alpine:3.22\nUSER 10001:10001\nCMD ["httpd", "-f", "-p", "8080"]\n',
    covers: ['DL3002', 'DL3063', 'CIS-DI-0001'],
    *check(file) {
      const all = shipped(file);
      const last = ofKind(all, 'USER').at(-1);
      const start = ofKind(all, 'CMD', 'ENTRYPOINT').at(-1);
      const user = last?.words[0]?.value ?? '';
      if (last !== undefined && /^(?:root|0)(?::|$)/.test(user))
        yield { span: last.head, message: 'end with a USER that is not root' };
      const base = rootImage(lastStage(file)!) ?? '$';
      // Such bases may have set a user already; Windows has others.
      const unknown = /\$|nonroot|rootless|unprivileged|chainguard|bitnami|windows|nanoserver/.test(base);
      if (last === undefined && start !== undefined && !unknown)
        yield { span: start.head, message: 'add USER 10001:10001, or a user that you make, before this' };
    },
  }),
  dockerfileRule({
    id: 'numeric-user',
    topic: 'safety',
    severity: 'info',
    off: true,
    summary: 'USER is a name',
    why: 'Kubernetes can verify "not root" only for numbers, and on scratch there is no /etc/passwd. Elsewhere names are fine; so this rule is off unless asked for.',
    bad: 'FROM alpine:3.22\nUSER nobody\n',
    good: 'FROM alpine:3.22\nUSER 65534:65534\n',
    covers: ['DL3066'],
    *check(file) {
      for (const user of ofKind(shipped(file), 'USER')) {
        if (!/^[\d$]/.test(user.words[0]?.value ?? '0'))
          yield { span: user.head, message: 'write its number' };
      }
    },
  }),
  dockerfileRule({
    id: 'no-sudo',
    topic: 'safety',
    severity: 'warning',
    summary: 'sudo is used in a build',
    why: 'RUN is root already unless USER says otherwise; sudo is a setuid program that then stays in the image.',
    bad: 'FROM debian:bookworm-slim\nRUN sudo apt-get update\n',
    good: 'FROM debian:bookworm-slim\nUSER root\nRUN date\n',
    covers: ['DL3004', 'DKL-DI-0001'],
    *check(file) {
      for (const { command } of ranBy(everywhere(file))) {
        const sudo = command.wrappers.find(({ value }) => value === 'sudo');
        if (sudo !== undefined) yield { span: sudo.span, message: 'switch with USER instead of sudo' };
      }
    },
  }),
  dockerfileRule({
    id: 'no-setuid',
    topic: 'safety',
    severity: 'warning',
    summary: 'a program is made setuid or setgid',
    why: 'Such a program gives its rights to every process of the container.',
    bad: 'FROM alpine:3.22\nRUN chmod 4755 /bin/busybox\n',
    good: 'FROM alpine:3.22\nRUN chmod 0755 /bin/busybox\n',
    covers: ['CIS-DI-0008'],
    *check(file) {
      for (const { command } of ranBy(shipped(file))) {
        const mode = operands(command)[0]?.value ?? '';
        if (command.name === 'chmod' && /^(?:0?[2467]\d{3}|[ugoa]*\+[rwxXt]*s[rwxXts]*)$/.test(mode))
          yield { span: command.span, message: `mode ${mode} sets setuid or setgid` };
      }
    },
  }),
  dockerfileRule({
    id: 'no-empty-password',
    topic: 'safety',
    severity: 'error',
    summary: 'a user gets an empty or a known password',
    why: 'It is the same on every device, and in the history of the image for everyone to read.',
    bad: 'FROM alpine:3.22\nRUN echo root:root | chpasswd\n',
    good: 'FROM alpine:3.22\nRUN adduser -D app\n',
    covers: ['DKL-LI-0001'],
    *check(file) {
      for (const { command } of ranBy(shipped(file))) {
        const empties =
          isCall(command, ['passwd']) &&
          command.words.some(({ value }) => value === '-d' || value === '--delete');
        if (command.name === 'chpasswd' || empties)
          yield { span: command.span, message: 'lock the account instead (passwd -l), and log in with keys' };
      }
    },
  }),
  dockerfileRule({
    id: 'useradd-high-uid',
    topic: 'layers',
    severity: 'warning',
    fixable: true,
    summary: 'useradd with a high number makes huge files',
    why: 'It writes sparse log files that reach to the number of the user; in a layer the holes become gigabytes.',
    bad: 'FROM debian:bookworm-slim\nRUN useradd -u 1234567 app\n',
    good: 'FROM debian:bookworm-slim\nRUN useradd -l -u 1234567 app\n',
    covers: ['DL3046'],
    *check(file) {
      for (const { command } of ranBy(shipped(file))) {
        const [program] = command.words;
        if (
          command.name !== 'useradd' ||
          program === undefined ||
          command.words.some(({ value }) => /^(?:-[a-zA-Z]*l|--no-log-init)/.test(value))
        )
          continue;
        const at = command.words.findIndex(({ value }) => value === '-u' || value === '--uid');
        const uid = Number(command.words[at + 1]?.value);
        if (at > 0 && uid > 99_999)
          yield { span: command.span, message: 'add -l', edits: [insertAfter(program, ' -l')] };
      }
    },
  }),
];

/** Rules about secrets in the text itself. */
export const SECRET_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'secret-in-build',
    topic: 'safety',
    severity: 'error',
    summary: 'a secret is an ARG or ENV',
    why: 'Both stay in the history of the image: `docker history` shows them to everyone who has it, and every device has it. Use RUN --mount=type=secret in the build, and files or the environment of the container at run time.',
    bad: 'FROM alpine:3.22\nARG API_TOKEN\nRUN date\n',
    good: 'FROM alpine:3.22\nRUN --mount=type=secret,id=api_token date\n',
    covers: ['DL3064', 'SecretsUsedInArgOrEnv', 'CIS-DI-0010'],
    *check(file) {
      for (const { keyword, words } of [...file.preamble, ...ofKind(everywhere(file), 'ARG', 'ENV')]) {
        const legacy = keyword === 'ENV' && !(words[0]?.value.includes('=') ?? true);
        for (const word of legacy ? words.slice(0, 1) : words) {
          const [name = '', ...value] = word.value.split('=');
          const written = legacy ? (words[1]?.value ?? '') : value.join('=');
          const empty = keyword === 'ENV' && written === '';
          if (isSecretName(name) && !empty && !/^(?:true|false|\d{1,4})$/i.test(written))
            yield {
              span: word.span,
              message: `${name} stays in the history of the image: use RUN --mount=type=secret`,
            };
        }
      }
    },
  }),
  dockerfileRule({
    id: 'secret-literal',
    topic: 'safety',
    severity: 'error',
    summary: 'the text of a key or token stands in the file',
    why: 'It is in the repository and in the image. Revoke it, then hand it over as a secret.',
    bad: `FROM alpine:3.22\nRUN wget --header="Authorization: token ${'ghp'}_${'0123456789abcdefghij'.repeat(2).slice(0, 36)}" https://example.com/a\n`,
    good: 'FROM alpine:3.22\nRUN --mount=type=secret,id=token wget --header="Authorization: token $(cat /run/secrets/token)" https://example.com/a\n',
    check: secretLiterals,
  }),
];

function* secretLiterals(file: Dockerfile): Generator<Found> {
  for (const instruction of file.instructions) {
    const shape = secretShape(textOf(instruction));
    if (shape !== undefined)
      yield {
        span: instruction.head,
        message: `this looks like ${shape}: revoke it, and use RUN --mount=type=secret`,
      };
  }
}

function textOf({ body, heredocs }: Instruction): string {
  return [body.text, ...heredocs.map(({ body: document }) => document.text)].join('\n').slice(0, 100_000);
}
