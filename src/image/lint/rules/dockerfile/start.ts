import type { Dockerfile, Instruction, Stage } from '../../dockerfile/index.ts';
import { type DockerfileRule, dockerfileRule, type Edit } from '../rule.ts';
import { baseKind, everywhere, ofKind, shipped } from './queries.ts';

const BUILT_IN: ReadonlySet<string> = new Set([
  'exec',
  'cd',
  'export',
  'set',
  'source',
  '.',
  'if',
  'for',
  'while',
  'test',
  '[',
  'eval',
  'umask',
  'ulimit',
  'trap',
  'wait',
  'case',
  'echo',
  'read',
]);

/** Rules about what starts, and how one sees that it works. */
export const START_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'exec-form',
    topic: 'start',
    severity: 'warning',
    fixable: true,
    summary: 'CMD or ENTRYPOINT runs through a shell',
    why: 'The shell is process 1 and passes no signals on: the container is killed after the grace period instead of ending cleanly, and data is lost. The JSON form starts the program itself.',
    bad: 'FROM alpine:3.22\nCMD crond -f\n',
    good: 'FROM alpine:3.22\nCMD ["crond", "-f"]\n',
    covers: ['DL3025', 'JSONArgsRecommended'],
    *check(file) {
      for (const stage of file.stages) {
        for (const instruction of ofKind(stage.instructions, 'CMD', 'ENTRYPOINT')) {
          if (instruction.exec !== undefined || brokenJson(instruction) || instruction.body.text === '')
            continue;
          // `exec` hands process 1 over, which is the other right way.
          if (instruction.commands[0]?.wrappers[0]?.value === 'exec' && instruction.commands.length === 1)
            continue;
          const edits = toJson(stage, instruction, file);
          yield {
            span: instruction.head,
            message: 'use the JSON form: ["program", "argument"]',
            ...(edits === undefined ? {} : { edits }),
          };
        }
      }
    },
  }),
  dockerfileRule({
    id: 'json-form',
    topic: 'start',
    severity: 'error',
    summary: 'what looks like the JSON form is none',
    why: 'JSON wants double quotes. Anything else is handed to a shell as it stands, and the container does not start.',
    bad: "FROM alpine:3.22\nCMD ['date']\n",
    good: 'FROM alpine:3.22\nCMD ["date"]\n',
    *check(file) {
      for (const instruction of ofKind(everywhere(file), 'CMD', 'ENTRYPOINT', 'RUN', 'SHELL', 'VOLUME')) {
        if (brokenJson(instruction))
          yield {
            span: instruction.head,
            message: 'this is no JSON: write double quotes, and a comma between the parts',
          };
      }
    },
  }),
  dockerfileRule({
    id: 'repeated-instruction',
    topic: 'clarity',
    severity: 'warning',
    fixable: true,
    summary: 'CMD, ENTRYPOINT or HEALTHCHECK stands twice in a stage',
    why: 'Only the last one counts; a reader may believe the first.',
    bad: 'FROM alpine:3.22\nCMD ["date"]\nCMD ["uptime"]\n',
    good: 'FROM alpine:3.22\nCMD ["uptime"]\n',
    covers: ['DL3012', 'DL4003', 'DL4004', 'MultipleInstructionsDisallowed'],
    *check(file) {
      for (const { instructions } of file.stages) {
        for (const keyword of ['CMD', 'ENTRYPOINT', 'HEALTHCHECK']) {
          for (const earlier of ofKind(instructions, keyword).slice(0, -1)) {
            yield {
              span: earlier.head,
              message: `a later ${keyword} replaces this one`,
              edits: [wholeLines(file, earlier)],
            };
          }
        }
      }
    },
  }),
  dockerfileRule({
    id: 'shell-on-scratch',
    topic: 'start',
    severity: 'error',
    summary: 'a shell is needed where there is none',
    why: 'scratch and distroless have no /bin/sh: RUN and the shell forms of CMD, ENTRYPOINT and HEALTHCHECK fail.',
    bad: 'FROM scratch\nCOPY app /app\nCMD /app\n',
    good: 'FROM scratch\nCOPY app /app\nCMD ["/app"]\n',
    *check(file) {
      for (const stage of file.stages) {
        const kind = baseKind(stage);
        const empty =
          kind?.isScratch === true || (kind?.isDistroless === true && !/debug|-dev$/.test(kind.tag));
        if (!empty || ofKind(stage.instructions, 'SHELL').length > 0 || bringsShell(stage)) continue;
        for (const instruction of ofKind(stage.instructions, 'RUN', 'CMD', 'ENTRYPOINT', 'HEALTHCHECK')) {
          if (usesShell(instruction))
            yield { span: instruction.head, message: `${stage.base.value} has no shell: use the JSON form` };
        }
      }
    },
  }),
  dockerfileRule({
    id: 'direct-start',
    topic: 'start',
    severity: 'warning',
    summary: 'a package manager starts the program',
    why: 'npm, yarn and their like stay beside the program: 40 to 80 MB of memory for nothing, and signals that do not arrive.',
    bad: 'FROM node:22-alpine\nCMD ["npm", "start"]\n',
    good: 'FROM node:22-alpine\nCMD ["node", "server.js"]\n',
    *check(file) {
      for (const start of ofKind(shipped(file), 'CMD', 'ENTRYPOINT')) {
        const [program = '', verb = ''] = (start.exec ?? start.words.map(({ value }) => value)).map(word =>
          word.replace(/^.*\//, ''),
        );
        const starts =
          ['npm', 'yarn', 'pnpm', 'npx'].includes(program) ||
          (program === 'poetry' && verb === 'run') ||
          (program === 'pipenv' && verb === 'run') ||
          (program === 'go' && verb === 'run') ||
          (program === 'cargo' && verb === 'run');
        if (starts)
          yield {
            span: start.head,
            message: `start the program itself instead of ${program} ${verb}`.trimEnd(),
          };
      }
    },
  }),
  dockerfileRule({
    id: 'one-process',
    topic: 'start',
    severity: 'info',
    summary: 'several processes are started in one container',
    why: 'When one of them dies, nothing restarts it and the container still counts as running; orphans pile up without an init. Use a container each, or an init such as tini.',
    bad: 'FROM alpine:3.22\nCMD crond & httpd -f\n',
    good: 'FROM alpine:3.22\nCMD ["httpd", "-f"]\n',
    *check(file) {
      for (const start of ofKind(shipped(file), 'CMD', 'ENTRYPOINT')) {
        const program = (start.exec?.[0] ?? start.words[0]?.value ?? '').replace(/^.*\//, '');
        const script =
          start.exec === undefined ? '' : /^(?:sh|bash|ash)$/.test(program) ? (start.exec[2] ?? '') : '';
        const forks = start.commands.some(({ after }) => after === '&') || /[^&>]&(?:\s|$)(?!&)/.test(script);
        if (forks || /^(?:supervisord|pm2|runsvdir|forego|honcho|foreman)/.test(program))
          yield {
            span: start.head,
            message:
              'give each process a container, or start an init (tini) that reaps and passes signals on',
          };
      }
    },
  }),
];

/** A test of the shell begins with a bracket too, but with a space after it, and has no commas. */
const LIKE_JSON = /^\[(?:["'\u201c\u2018]|\s+(?:"[^"]*"|'[^']*'|[\u201c\u2018][^,]*)\s*,)/;

function brokenJson({ exec, body }: Instruction): boolean {
  return exec === undefined && LIKE_JSON.test(body.text);
}

const PLAIN_WORD = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

function toJson(stage: Stage, instruction: Instruction, file: Dockerfile): Edit[] | undefined {
  const { words, commands, body } = instruction;
  const [only, ...others] = commands;
  const hasShell = everywhere(file).some(({ keyword }) => keyword === 'SHELL');
  if (only === undefined || others.length > 0 || hasShell || only.redirects.length > 0) return undefined;
  if (only.wrappers.length > 0 || only.assignments.length > 0 || only.words.length !== words.length)
    return undefined;
  if (!words.every(({ raw }) => PLAIN_WORD.test(raw)) || BUILT_IN.has(words[0]?.value ?? ''))
    return undefined;
  // In the shell form an ENTRYPOINT ignores CMD; in the JSON form CMD becomes its arguments.
  if (instruction.keyword === 'ENTRYPOINT' && ofKind(stage.instructions, 'CMD').length > 0) return undefined;
  if (instruction.keyword === 'CMD' && ofKind(stage.instructions, 'ENTRYPOINT').length > 0) return undefined;
  const first = words[0]!.span.start;
  const last = words.at(-1)!.span.end;
  if (last - first !== body.text.length) return undefined;
  return [
    {
      span: { start: first, end: last },
      text: `[${words.map(({ value }) => JSON.stringify(value)).join(', ')}]`,
    },
  ];
}

function wholeLines({ source }: Dockerfile, { span }: Instruction): Edit {
  const next = source.text.indexOf('\n', span.end);
  const start = source.text.lastIndexOf('\n', span.start - 1) + 1;
  return { span: { start, end: next < 0 ? source.text.length : next + 1 }, text: '' };
}

function usesShell({ keyword, exec, body, flags }: Instruction): boolean {
  if (flags.some(({ name }) => name === 'mount') && keyword === 'RUN') return false;
  if (keyword === 'HEALTHCHECK') return /^cmd\s+[^[\s]/i.test(body.text);
  return exec === undefined;
}

/** A busybox or a whole file system that is copied in may bring a shell. */
function bringsShell({ instructions }: Stage): boolean {
  return ofKind(instructions, 'COPY', 'ADD').some(({ body }) =>
    /\/bin\b|busybox|rootfs|\.tar|\s\/$/.test(body.text),
  );
}
