import type { Instruction } from '../../dockerfile/index.ts';
import { type Command, isCall, operands } from '../../shell/index.ts';
import { type DockerfileRule, dockerfileRule } from '../rule.ts';
import { hasCacheMount, isDirectlyAfter, ofKind, ranBy, shipped } from './queries.ts';

/** Rules about what layers hold and how builds reuse them. */
export const LAYER_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'late-removal',
    topic: 'layers',
    severity: 'warning',
    summary: 'files are removed in a later layer than the one that holds them',
    why: 'A removal only hides: the bytes are carried to every device and stored there. Remove in the RUN that makes, or make it in an earlier stage.',
    bad: 'FROM alpine:3.22\nRUN wget -O /tmp/site.tar https://example.com/site.tar && tar -xf /tmp/site.tar -C /srv\nRUN rm /tmp/site.tar\n',
    good: 'FROM alpine:3.22\nRUN wget -O /tmp/site.tar https://example.com/site.tar && tar -xf /tmp/site.tar -C /srv && rm /tmp/site.tar\n',
    *check(file) {
      const instructions = shipped(file);
      for (const [at, run] of instructions.entries()) {
        if (run.keyword !== 'RUN' || run.commands.length === 0 || !run.commands.every(isRemoval)) continue;
        const path = run.commands
          .flatMap(command => removed(command))
          .find(candidate => madeBefore(candidate, instructions.slice(0, at)));
        if (path !== undefined)
          yield { span: run.head, message: `${path} stays in the layer that made it: remove it there` };
      }
    },
  }),
  dockerfileRule({
    id: 'consecutive-run',
    topic: 'layers',
    severity: 'info',
    off: true,
    summary: 'several RUN follow each other',
    why: 'Each is a layer. Few layers are simpler, but many let updates share more; so this rule is off unless asked for.',
    bad: 'FROM alpine:3.22\nRUN mkdir /a\nRUN mkdir /b\n',
    good: 'FROM alpine:3.22\nRUN mkdir /a /b\n',
    covers: ['DL3059'],
    *check(file) {
      const instructions = shipped(file);
      for (const [at, run] of instructions.entries()) {
        const before = instructions[at - 1];
        if (
          run.keyword === 'RUN' &&
          before?.keyword === 'RUN' &&
          isDirectlyAfter(file, before, run) &&
          run.flags.length + before.flags.length === 0
        )
          yield { span: run.head, message: 'this could be one RUN with the one above' };
      }
    },
  }),
  dockerfileRule({
    id: 'cache-order',
    topic: 'cache',
    severity: 'warning',
    summary: 'all sources are copied before the dependencies are installed',
    why: 'Each edit of any file installs everything again, and the layer of dependencies, the largest one, changes with every release: devices download it again and again.',
    bad: 'FROM node:22-alpine\nWORKDIR /app\nCOPY . .\nRUN npm ci --omit=dev\nCMD ["node", "app.js"]\n',
    good: 'FROM node:22-alpine\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\nCOPY . .\nCMD ["node", "app.js"]\n',
    *check(file) {
      for (const { instructions } of file.stages) {
        const all = instructions.findIndex(copiesEverything);
        const run =
          all < 0
            ? undefined
            : ofKind(instructions.slice(all), 'RUN').find(({ commands }) =>
                commands.some(isDependencyInstall),
              );
        const given = ofKind(instructions.slice(0, all), 'COPY', 'ADD').some(({ words }) =>
          words.some(({ value }) => MANIFEST.test(value)),
        );
        const command = run?.commands.find(isDependencyInstall);
        if (command !== undefined && !given)
          yield {
            span: command.span,
            message: 'copy only the list of dependencies before this, and the rest after it',
          };
      }
    },
  }),
  dockerfileRule({
    id: 'cache-mount',
    topic: 'cache',
    severity: 'info',
    summary: 'a tool downloads or compiles everything again in each build',
    why: 'With a cache mount it fetches only what is new, which matters most where images are built on the site or on an ARM board. Nothing of the cache is in the image.',
    bad: 'FROM golang:1.25 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -trimpath -ldflags="-s -w" -o /app .\nFROM scratch\nCOPY --from=build /app /app\n',
    good: 'FROM golang:1.25 AS build\nWORKDIR /src\nCOPY . .\nRUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \\\n    go build -trimpath -ldflags="-s -w" -o /app .\nFROM scratch\nCOPY --from=build /app /app\n',
    covers: [
      'DL3068',
      'DL3069',
      'DL3070',
      'DL3071',
      'DL3072',
      'DL3073',
      'DL3074',
      'DL3075',
      'DL3076',
      'DL3077',
    ],
    *check(file) {
      const ships = new Set(shipped(file));
      for (const { run, command } of ranBy(file.stages.flatMap(({ instructions }) => instructions))) {
        const mounts = CACHES.find(({ names, verbs }) => isCall(command, names, verbs))?.mounts;
        // In the shipped stage the rules about caches in layers speak.
        if (mounts === undefined || hasCacheMount(run) || ships.has(run)) continue;
        const flags = mounts.map(mount => `--mount=type=cache,target=${mount}`).join(' ');
        yield { span: command.span, message: `write RUN ${flags} …` };
      }
    },
  }),
  dockerfileRule({
    id: 'copy-link',
    topic: 'cache',
    severity: 'info',
    off: true,
    summary: 'COPY without --link depends on the layers below it',
    why: 'With --link a layer stays the same when the base changes, so that an update carries only the base. It needs BuildKit, and follows no symlinks of the destination; so this rule is off unless asked for.',
    bad: '# syntax=docker/dockerfile:1\nFROM alpine:3.22\nCOPY site /srv/site\n',
    good: '# syntax=docker/dockerfile:1\nFROM alpine:3.22\nCOPY --link site /srv/site\n',
    *check(file) {
      for (const copy of ofKind(shipped(file), 'COPY', 'ADD')) {
        if (!copy.flags.some(({ name }) => name === 'link'))
          yield { span: copy.keywordSpan, message: `write ${copy.keyword} --link` };
      }
    },
  }),
  dockerfileRule({
    id: 'volume-system',
    topic: 'safety',
    severity: 'warning',
    summary: 'VOLUME covers a directory of the system',
    why: 'A volume over /dev, /proc, /sys or the system itself hides what the container needs and keeps old files across updates.',
    bad: 'FROM alpine:3.22\nVOLUME /dev\n',
    good: 'FROM alpine:3.22\nVOLUME /data\n',
    covers: ['DKL-DI-0002'],
    *check(file) {
      for (const volume of ofKind(shipped(file), 'VOLUME')) {
        const paths = volume.exec ?? volume.words.map(({ value }) => value);
        const bad = paths.find(path => /^\/(?:dev|proc|sys|etc|usr|bin|sbin|lib|boot)?\/?$/.test(path));
        if (bad !== undefined) yield { span: volume.head, message: `${bad} belongs to the system` };
      }
    },
  }),
];

function isRemoval(command: Command): boolean {
  return (
    ['rm', 'rmdir', 'cd', 'set', 'true', 'apt-get'].includes(command.name) &&
    !isCall(command, ['apt-get'], ['install', 'update', 'upgrade', 'dist-upgrade'])
  );
}

function removed(command: Command): string[] {
  if (isCall(command, ['apt-get'], ['clean', 'autoclean'])) return ['/var/cache/apt'];
  if (command.name !== 'rm' && command.name !== 'rmdir') return [];
  return operands(command)
    .map(({ value }) => value.replace(/\/?\*?$/, ''))
    .filter(
      path =>
        (path.startsWith('/') && path.split('/').length > 2) || (path.startsWith('/') && path.length > 4),
    );
}

function madeBefore(path: string, before: readonly Instruction[]): boolean {
  if (/^\/var\/(?:lib\/apt|cache\/apt|cache\/apk)/.test(path))
    return ranBy(before).some(({ command }) => ['apt-get', 'apt', 'apk'].includes(command.name));
  return before.some(instruction => {
    if (instruction.keyword === 'COPY' || instruction.keyword === 'ADD') {
      const target = (instruction.exec?.at(-1) ?? instruction.words.at(-1)?.value ?? '').replace(/\/$/, '');
      return (
        target.length > 1 &&
        (target === path || target.startsWith(`${path}/`) || path.startsWith(`${target}/`))
      );
    }
    if (instruction.keyword !== 'RUN') return false;
    return instruction.commands.some(({ words, redirects }) =>
      [...words, ...redirects].some(({ value }) => within(value, path)),
    );
  });
}

function within(value: string, path: string): boolean {
  const at = value.indexOf('/');
  const bare = (at < 0 ? '' : value.slice(value.startsWith('/') ? 0 : at)).replace(/\/$/, '');
  return bare === path || bare.startsWith(`${path}/`);
}

function copiesEverything({ keyword, words, flags }: Instruction): boolean {
  if ((keyword !== 'COPY' && keyword !== 'ADD') || flags.some(({ name }) => name === 'from')) return false;
  return words.slice(0, -1).some(({ value }) => value === '.' || value === './');
}

const MANIFEST =
  /(?:package(?:-lock)?\*?\.json|yarn\.lock|pnpm-lock\.yaml|requirements[\w-]*\.txt|pyproject\.toml|Pipfile|go\.mod|Cargo\.(?:toml|lock)|Gemfile|composer\.json|pom\.xml|build\.gradle|package\*)/;

function isDependencyInstall(command: Command): boolean {
  if (isCall(command, ['npm', 'pnpm'], ['install', 'ci', 'i'])) return operands(command).length === 1;
  if (command.name === 'yarn')
    return operands(command).length === 0 || isCall(command, ['yarn'], ['install']);
  if (isCall(command, ['pip', 'pip3'], ['install']))
    return command.words.some(({ value }) => value === '-r' || value === '--requirement');
  if (isCall(command, ['go'], ['mod'])) return command.words.some(({ value }) => value === 'download');
  return (
    isCall(command, ['bundle', 'composer'], ['install']) ||
    isCall(command, ['cargo'], ['fetch']) ||
    isCall(command, ['poetry', 'pipenv', 'uv'], ['install', 'sync'])
  );
}

const CACHES: readonly {
  readonly names: readonly string[];
  readonly verbs: readonly string[];
  readonly mounts: readonly string[];
}[] = [
  {
    names: ['go'],
    verbs: ['build', 'get', 'install', 'test', 'mod'],
    mounts: ['/go/pkg/mod', '/root/.cache/go-build'],
  },
  {
    names: ['cargo'],
    verbs: ['build', 'install', 'fetch', 'test', 'check'],
    mounts: ['/usr/local/cargo/registry'],
  },
  { names: ['npm'], verbs: ['install', 'ci', 'i'], mounts: ['/root/.npm'] },
  { names: ['pnpm'], verbs: ['install', 'add', 'fetch', 'i'], mounts: ['/root/.local/share/pnpm/store'] },
  { names: ['yarn'], verbs: ['install'], mounts: ['/usr/local/share/.cache/yarn'] },
  { names: ['pip', 'pip3'], verbs: ['install', 'wheel'], mounts: ['/root/.cache/pip'] },
  {
    names: ['mvn', 'mvnw'],
    verbs: [
      'install',
      'compile',
      'package',
      'test',
      'verify',
      'deploy',
      'dependency:resolve',
      'dependency:go-offline',
    ],
    mounts: ['/root/.m2'],
  },
  {
    names: ['gradle', 'gradlew'],
    verbs: ['build', 'assemble', 'jar', 'shadowJar', 'bootJar', 'installDist', 'test', 'dependencies'],
    mounts: ['/root/.gradle'],
  },
  { names: ['composer'], verbs: ['install', 'update', 'require'], mounts: ['/root/.composer/cache'] },
  { names: ['dotnet'], verbs: ['restore', 'build', 'publish', 'test'], mounts: ['/root/.nuget/packages'] },
  { names: ['mix'], verbs: ['deps.get', 'deps.compile', 'compile'], mounts: ['/root/.hex', '/root/.mix'] },
  { names: ['bundle'], verbs: ['install', 'update'], mounts: ['/usr/local/bundle/cache'] },
];
