import { type Dockerfile, type Instruction, lastStage, type Stage } from '../../dockerfile/index.ts';
import { type Command, hasFlag, isCall, subcommand } from '../../shell/index.ts';
import { type DockerfileRule, dockerfileRule, type Found } from '../rule.ts';
import {
  baseKind,
  everywhere,
  insertAfter,
  installed,
  isUninstall,
  ofKind,
  type Ran,
  ranBy,
  runsWith,
  shipped,
} from './queries.ts';

/** Rules about how programs are built. */
export const BUILD_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'static-binary',
    topic: 'build',
    severity: 'warning',
    summary: 'a program is built with the C library of one system and copied to another',
    why: 'On scratch, distroless/static and Alpine there is no glibc: the container ends with "no such file or directory". For Go set CGO_ENABLED=0, for Rust build for a musl target.',
    bad: 'FROM golang:1.25 AS build\nCOPY . /src\nRUN go build -C /src -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
    good: 'FROM golang:1.25 AS build\nCOPY . /src\nRUN CGO_ENABLED=0 go build -C /src -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
    check: dynamicBinaries,
  }),
  dockerfileRule({
    id: 'strip-binary',
    topic: 'build',
    severity: 'info',
    fixable: true,
    summary: 'a Go program keeps its symbols and the paths of the build machine',
    why: '-s -w makes the program a third smaller; stack traces still work. -trimpath makes builds on two machines equal.',
    bad: 'FROM golang:1.25 AS build\nCOPY . /src\nRUN CGO_ENABLED=0 go build -o /app /src\nFROM scratch\nCOPY --from=build /app /app\n',
    good: 'FROM golang:1.25 AS build\nCOPY . /src\nRUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /app /src\nFROM scratch\nCOPY --from=build /app /app\n',
    *check(file) {
      if (
        everywhere(file).some(
          ({ keyword, body }) => (keyword === 'ENV' || keyword === 'ARG') && /GOFLAGS/.test(body.text),
        )
      )
        return;
      for (const { command } of ranBy(everywhere(file))) {
        const build = isCall(command, ['go'], ['build', 'install']) ? subcommand(command) : undefined;
        if (build === undefined || /GOFLAGS=/.test(command.assignments.map(({ raw }) => raw).join(' ')))
          continue;
        const flags = goFlags(command);
        if (flags !== '')
          yield { span: command.span, message: `add${flags}`, edits: [insertAfter(build, flags)] };
      }
    },
  }),
  dockerfileRule({
    id: 'release-build',
    topic: 'build',
    severity: 'warning',
    summary: 'a program is built for debugging',
    why: 'Debug builds are several times larger and slower, which a small CPU feels most.',
    bad: 'FROM rust:1.89 AS build\nCOPY . /src\nRUN cargo build --manifest-path /src/Cargo.toml\n',
    good: 'FROM rust:1.89 AS build\nCOPY . /src\nRUN cargo build --release --manifest-path /src/Cargo.toml\n',
    check: file => ranBy(everywhere(file)).flatMap(debugBuild),
  }),
  dockerfileRule({
    id: 'time-zone',
    topic: 'packages',
    severity: 'info',
    summary: 'the whole time zone database is in the image',
    why: 'A device stands in one place. Copy its zone to /etc/localtime and remove tzdata in the same RUN; programs that need all zones can carry them (Go: -tags timetzdata).',
    bad: 'FROM alpine:3.22\nRUN apk add --no-cache tzdata\nCMD ["date"]\n',
    good: 'FROM alpine:3.22\nARG ZONE=Europe/Berlin\nRUN apk add --no-cache tzdata && cp "/usr/share/zoneinfo/$ZONE" /etc/localtime && apk del tzdata\nCMD ["date"]\n',
    *check(file) {
      const removes = runsWith(shipped(file), isUninstall);
      for (const { run, command } of ranBy(shipped(file))) {
        const tzdata = installed(command).find(({ name }) => name === 'tzdata');
        if (tzdata !== undefined && !removes.has(run))
          yield {
            span: tzdata.span,
            message: 'copy the zone to /etc/localtime and remove tzdata in this RUN',
          };
      }
    },
  }),
  dockerfileRule({
    id: 'time-zone-missing',
    topic: 'packages',
    severity: 'warning',
    summary: 'TZ names a zone that the image does not have',
    why: 'Without the file of the zone TZ is ignored silently: logs and schedules of the device are in UTC.',
    bad: 'FROM alpine:3.22\nENV TZ=Europe/Berlin\nCMD ["date"]\n',
    good: 'FROM alpine:3.22\nENV TZ=CET-1CEST,M3.5.0,M10.5.0/3\nCMD ["date"]\n',
    *check(file) {
      const kind = baseKind(lastStage(file));
      if (kind === undefined || !(kind.isAlpine || kind.isScratch || kind.isBusybox)) return;
      if (/tzdata|zoneinfo|\/etc\/localtime/.test(file.source.text)) return;
      for (const env of ofKind(shipped(file), 'ENV')) {
        const zone = env.words.find(({ value }) => /^TZ=[A-Z][A-Za-z]+\/[A-Z]/.test(value));
        if (zone !== undefined)
          yield {
            span: zone.span,
            message: `${kind.name} has no zone files: copy this one to /etc/localtime, or write the rule itself, such as TZ=CET-1CEST,M3.5.0,M10.5.0/3`,
          };
      }
    },
  }),
  dockerfileRule({
    id: 'ca-certificates',
    topic: 'packages',
    severity: 'warning',
    summary: 'the image speaks TLS and has no certificates of authorities',
    why: 'Every HTTPS request fails with "certificate signed by unknown authority", often only in the field. --no-install-recommends leaves ca-certificates out.',
    bad: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\nCMD ["curl", "https://example.com"]\n',
    good: 'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl && rm -rf /var/lib/apt/lists/*\nCMD ["curl", "https://example.com"]\n',
    check: missingCertificates,
  }),
];

function goFlags(command: Command): string {
  const trim = hasFlag(command, '-trimpath', '--trimpath') ? '' : ' -trimpath';
  const ldflags = hasFlag(command, '-ldflags', '--ldflags') ? '' : ' -ldflags="-s -w"';
  return trim + ldflags;
}

/** Stages that the last one copies from, by name or number. */
function sourcesOf(file: Dockerfile): Stage[] {
  const froms = ofKind(shipped(file), 'COPY').flatMap(
    ({ flags }) => flags.find(({ name }) => name === 'from')?.value ?? [],
  );
  return file.stages.filter(({ name, index }) =>
    froms.some(from => from === String(index) || from.toLowerCase() === name?.value.toLowerCase()),
  );
}

function* dynamicBinaries(file: Dockerfile): Generator<Found> {
  const target = baseKind(lastStage(file));
  if (target === undefined) return;
  const isStatic = target.isScratch || (target.isDistroless && target.name.startsWith('static'));
  if (!isStatic && !target.isAlpine) return;
  for (const stage of sourcesOf(file)) {
    const from = baseKind(stage);
    if (from === undefined || (from.isAlpine && target.isAlpine)) continue;
    for (const { command } of ranBy(stage.instructions)) {
      const message = dynamicBuild(command, { file, onMusl: from.isAlpine });
      if (message !== undefined) yield { span: command.span, message };
    }
  }
}

function dynamicBuild(
  command: Command,
  { file, onMusl }: { readonly file: Dockerfile; readonly onMusl: boolean },
): string | undefined {
  const text = file.source.text;
  if (isCall(command, ['go'], ['build', 'install'])) {
    if (/CGO_ENABLED[= ]"?0|-extldflags|linkmode|netgo/.test(text)) return undefined;
    return 'set CGO_ENABLED=0: the image has no C library that it could load';
  }
  if (isCall(command, ['cargo'], ['build', 'install']) && !onMusl && !/musl|crt-static/.test(text))
    return 'build with --target …-unknown-linux-musl: the image has no glibc';
  return undefined;
}

function debugBuild({ run, command }: Ran): Found[] {
  const found = (message: string) => [{ span: command.span, message }];
  if (isCall(command, ['cargo'], ['build']) && !hasFlag(command, '--release', '-r', '--profile'))
    return found('add --release');
  const cmake =
    command.name === 'cmake' && !hasFlag(command, '--build', '--install', '--version', '-E', '-P');
  if (cmake && command.words.some(({ value }) => value === '-DCMAKE_BUILD_TYPE=Debug'))
    return found('use -DCMAKE_BUILD_TYPE=Release or MinSizeRel');
  if (cmake && !/CMAKE_BUILD_TYPE|--preset|--config/.test(run.body.text))
    return found('add -DCMAKE_BUILD_TYPE=Release: without a type nothing is optimised');
  if (
    isCall(command, ['dotnet'], ['publish', 'build']) &&
    command.words.some(({ value }) => value === 'Debug')
  )
    return found('use -c Release');
  return [];
}

function* missingCertificates(file: Dockerfile): Generator<Found> {
  const stage = lastStage(file);
  const kind = baseKind(stage);
  if (
    kind === undefined ||
    stage === undefined ||
    /ca-certificates|\/etc\/ssl|ca-bundle|host-ca/.test(file.source.text)
  )
    return;
  const message = 'install ca-certificates, or copy /etc/ssl/certs/ca-certificates.crt from an earlier stage';
  const debian = /^(?:debian|ubuntu)$/.test(kind.name);
  const minimal = ranBy(shipped(file)).find(({ command }) => {
    return (
      debian &&
      hasFlag(command, '--no-install-recommends') &&
      installed(command).some(({ name }) => /^(?:curl|wget|git)$/.test(name))
    );
  });
  if (minimal !== undefined) yield { span: minimal.command.span, message };
  const bare = kind.isScratch || kind.isBusybox;
  if (bare && shipped(file).some(usesHttps)) yield { span: stage.base.span, message };
}

/** What is configured to speak to an HTTPS server. */
function usesHttps({ keyword, body }: Instruction): boolean {
  return ['ENV', 'CMD', 'ENTRYPOINT'].includes(keyword) && /(?:https|wss|mqtts|tls):\/\//.test(body.text);
}
