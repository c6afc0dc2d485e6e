import { lastStage } from '../../dockerfile/index.ts';
import { type Command, hasFlag, isCall, operands } from '../../shell/index.ts';
import { type DockerfileRule, dockerfileRule, type Found } from '../rule.ts';
import {
  baseKind,
  everywhere,
  installed,
  isUninstall,
  type Ran,
  ranBy,
  runsWith,
  shipped,
} from './queries.ts';

const TOOLCHAIN =
  /^(?:build-essential|build-base|gcc(?:-\d+)?|g\+\+(?:-\d+)?|clang(?:-?\d+)?|llvm|make|cmake|ninja-build|meson|autoconf|automake|libtool|bison|flex|golang(?:-go)?|go|rustc|cargo|rust|default-jdk(?:-headless)?|openjdk-?\d+(?:-jdk(?:-headless)?)?|maven|gradle|linux-headers.*|musl-dev|dpkg-dev|pkg-config|pkgconf|pkgconfig|nasm|yasm|cpanminus|composer|.+-dev|.+-devel)$/;
const DEBUG_TOOLS =
  /^(?:vim|vim-.*|nano|emacs.*|less|man-db|gdb|gdb-.*|strace|ltrace|valgrind|tcpdump|nmap|htop|iotop|net-tools|telnet|dnsutils|bind-tools|bind9-dnsutils|traceroute|iputils-ping|iputils|procps|screen|tmux|perl-doc|manpages|git|subversion|mercurial)$/;

/** Rules about what does not belong into an image for a device. */
export const TOOL_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'no-toolchain',
    topic: 'stages',
    severity: 'warning',
    summary: 'the last stage installs a tool chain',
    why: 'Compilers, headers and build tools are 200 MB to 1 GB, and what an intruder likes to find. Build in a stage of its own and copy the result.',
    bad: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*\nCOPY a.c /src/\nRUN gcc -o /usr/bin/a /src/a.c\nCMD ["a"]\n',
    good: 'FROM debian:bookworm-slim AS build\nRUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev\nCOPY a.c /src/\nRUN gcc -o /usr/bin/a /src/a.c\n\nFROM debian:bookworm-slim\nCOPY --from=build /usr/bin/a /usr/bin/a\nCMD ["a"]\n',
    *check(file) {
      const removes = runsWith(shipped(file), isUninstall);
      for (const { run, command } of ranBy(shipped(file))) {
        const found = installed(command).filter(({ name }) => TOOLCHAIN.test(name));
        if (found.length === 0 || removes.has(run)) continue;
        yield {
          span: found[0]!.span,
          message: `${found
            .slice(0, 5)
            .map(({ name }) => name)
            .join(', ')}: build in a stage of its own, and copy the result from there`,
        };
      }
    },
  }),
  dockerfileRule({
    id: 'multi-stage',
    topic: 'stages',
    severity: 'warning',
    summary: 'the image is built in the stage that is shipped',
    why: 'Sources, tool chain and intermediate files stay in the image. With a second stage only the result travels to the device.',
    bad: 'FROM golang:1.25\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\nCMD ["/app"]\n',
    good: 'FROM golang:1.25 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /app .\n\nFROM scratch\nCOPY --from=build /app /app\nUSER 65532\nENTRYPOINT ["/app"]\n',
    *check(file) {
      const stage = lastStage(file);
      const base = SDK_BASES.get(baseKind(stage)?.name ?? '');
      const build = ranBy(shipped(file)).find(({ command }) => isBuild(command));
      if (build !== undefined)
        yield {
          span: build.command.span,
          message: `${build.command.name} runs in the stage that is shipped: build in an earlier stage, and COPY --from it`,
        };
      else if (stage !== undefined && base !== undefined)
        yield {
          span: stage.base.span,
          message: `the image stands on a tool chain: copy the result into ${base}`,
        };
    },
  }),
  dockerfileRule({
    id: 'no-debug-tools',
    topic: 'packages',
    severity: 'info',
    summary: 'editors, debuggers or version control are in the image',
    why: 'Nobody sits in the container of a device. When something must be found, start a second container with tools in the namespaces of the first.',
    bad: 'FROM alpine:3.22\nRUN apk add --no-cache vim strace\nCMD ["date"]\n',
    good: 'FROM alpine:3.22\nCMD ["date"]\n',
    covers: ['CIS-DI-0003'],
    *check(file) {
      const usesGit = runsWith(shipped(file), ({ name }) => name === 'git');
      for (const { run, command } of ranBy(shipped(file))) {
        const found = installed(command).filter(({ name }) => DEBUG_TOOLS.test(name));
        const left = found.filter(({ name }) => name !== 'git' || !usesGit.has(run));
        if (left.length > 0)
          yield { span: left[0]!.span, message: `leave out ${left.map(({ name }) => name).join(', ')}` };
      }
    },
  }),
  dockerfileRule({
    id: 'no-sshd',
    topic: 'safety',
    severity: 'warning',
    summary: 'an SSH server is in the image',
    why: 'A second way in, with keys and passwords of its own on every device. Use the SSH of the host, and `docker exec`.',
    bad: 'FROM alpine:3.22\nRUN apk add --no-cache openssh-server\nCMD ["sshd", "-D"]\n',
    good: 'FROM alpine:3.22\nCMD ["date"]\n',
    *check(file) {
      for (const { command } of ranBy(shipped(file))) {
        const found = installed(command).find(({ name }) =>
          /^(?:openssh-server|openssh|dropbear)$/.test(name),
        );
        if (found !== undefined)
          yield { span: found.span, message: `${found.name}: reach the container through the host` };
      }
    },
  }),
  dockerfileRule({
    id: 'one-fetcher',
    topic: 'packages',
    severity: 'info',
    summary: 'both curl and wget are installed',
    why: 'They do the same; each brings its libraries.',
    bad: 'FROM alpine:3.22\nRUN apk add --no-cache curl wget\n',
    good: 'FROM alpine:3.22\nRUN apk add --no-cache curl\n',
    covers: ['DL4001'],
    *check(file) {
      const all = ranBy(shipped(file)).flatMap(({ command }) => installed(command));
      const wget = all.find(({ name }) => name === 'wget');
      if (wget !== undefined && all.some(({ name }) => name === 'curl'))
        yield { span: wget.span, message: 'curl is installed too: keep one of them' };
    },
  }),
  dockerfileRule({
    id: 'useless-command',
    topic: 'clarity',
    severity: 'info',
    summary: 'a command has no effect in a build',
    why: 'Services, mounts and processes end with the RUN that started them; nothing of them is in the image.',
    bad: 'FROM debian:bookworm-slim\nRUN service cron start\nCMD ["date"]\n',
    good: 'FROM debian:bookworm-slim\nCMD ["cron", "-f"]\n',
    covers: ['DL3001'],
    *check(file) {
      for (const { command } of ranBy(everywhere(file))) {
        const service =
          ['service', 'systemctl'].includes(command.name) &&
          command.words.some(({ value }) => /^(?:start|restart|reload|daemon-reload)$/.test(value));
        const none = [
          'shutdown',
          'reboot',
          'ps',
          'free',
          'top',
          'mount',
          'umount',
          'ifconfig',
          'vim',
          'ssh-add',
        ].includes(command.name);
        if ((service || none) && command.before !== '|' && command.after !== '|')
          yield { span: command.span, message: `${command.name} leaves nothing in the image` };
      }
    },
  }),
  dockerfileRule({
    id: 'git-history',
    topic: 'layers',
    severity: 'info',
    summary: 'a repository is cloned with its history into the image',
    why: 'The history is often larger than the sources. Clone with --depth 1 in an earlier stage, and copy what is needed.',
    bad: 'FROM alpine:3.22\nRUN apk add --no-cache git && git clone https://example.com/app.git /app\n',
    good: 'FROM alpine:3.22 AS source\nRUN apk add --no-cache git && git clone --depth 1 https://example.com/app.git /app\n\nFROM alpine:3.22\nCOPY --from=source /app/bin /app\n',
    check: file => ranBy(shipped(file)).flatMap(clonedHistory),
  }),
];

function clonedHistory({ command }: Ran): Found[] {
  if (!isCall(command, ['git'], ['clone']) || hasFlag(command, '--depth')) return [];
  return [
    { span: command.span, message: 'clone in an earlier stage with --depth 1, and copy what is needed' },
  ];
}

const SDK_BASES: ReadonlyMap<string, string> = new Map([
  ['golang', 'scratch or distroless/static'],
  ['rust', 'scratch, or debian:bookworm-slim'],
  ['gcc', 'debian:bookworm-slim or distroless/cc'],
  ['maven', 'a JRE image'],
  ['gradle', 'a JRE image'],
  ['buildpack-deps', 'debian:bookworm-slim'],
]);

/** Commands that make programs of sources. */
function isBuild(command: Command): boolean {
  const { name } = command;
  if (
    [
      'gcc',
      'g++',
      'cc',
      'clang',
      'cmake',
      'make',
      'ninja',
      'rustc',
      'javac',
      'tsc',
      'meson',
      'gradlew',
      'mvnw',
    ].includes(name)
  )
    return !hasFlag(command, '--version');
  if (isCall(command, ['go'], ['build', 'install'])) return true;
  if (isCall(command, ['cargo'], ['build', 'install'])) return true;
  if (name === 'npx') return operands(command)[0]?.value === 'tsc';
  if (isCall(command, ['npm', 'yarn', 'pnpm'], ['run']))
    return /^(?:build|compile|bundle)/.test(operands(command)[1]?.value ?? '');
  if (isCall(command, ['mvn', 'gradle'])) return operands(command).length > 0;
  return isCall(command, ['dotnet'], ['build', 'publish']);
}
