import type {
  GoProject,
  JavaProject,
  NativeProject,
  NodeProject,
  Project,
  PythonProject,
  RustProject,
} from './project.ts';

/** What a person decides about the image. */
export interface StarterOptions {
  /** Where the program listens for HTTP; without it there is no health check to write. */
  readonly port?: number | undefined;
  /** A zone such as `Europe/Berlin`. */
  readonly zone?: string | undefined;
}

/**
 * A Dockerfile for a project: several stages, a small base, a user that is not root, a health check where a port is
 * known, one time zone, locked dependencies. `sampan lint` finds nothing in it.
 */
export function starterDockerfile(project: Project, options: StarterOptions = {}): string {
  const lines = ['# syntax=docker/dockerfile:1', '', ...stagesOf(project, options)];
  return `${lines.join('\n')}\n`;
}

function stagesOf(project: Project, options: StarterOptions): string[] {
  switch (project.language) {
    case 'Go':
      return go(project, options);
    case 'Node.js':
      return node(project, options);
    case 'Python':
      return python(project, options);
    case 'Rust':
      return rust(project, options);
    case 'C/C++':
      return native(project, options);
    case 'Java':
      return java(project, options);
  }
}

const ALPINE = 'alpine:3.22';
const USER = '10001:10001';
const ZONE_COMMENT = '# The time zone of the device: one file in place of the whole database.';
const COPY_ZONE = 'COPY --from=build /zone /etc/localtime';
const COPY_AUTHORITIES = 'COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/';

function zone(
  { zone: name = 'Etc/UTC' }: StarterOptions,
  { install, packages = [] }: { readonly install: boolean; readonly packages?: readonly string[] },
): string[] {
  const all = [...packages, 'tzdata'].join(' ');
  const copy = 'cp "/usr/share/zoneinfo/$ZONE" /zone';
  return [
    ZONE_COMMENT,
    `ARG ZONE=${name}`,
    install ? `RUN apk add --no-cache ${all} && ${copy}` : `RUN ${copy}`,
  ];
}

/** The health check by way of busybox, which Alpine has too. */
function wgetCheck({ port }: StarterOptions): string[] {
  if (port === undefined) return NO_CHECK;
  return [
    `EXPOSE ${port}`,
    `HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:${port}/"]`,
  ];
}

const NO_CHECK = [
  '# Nothing is known to ask yet. Write a check that fails when the program hangs.',
  'HEALTHCHECK NONE',
];

/** A base for programs that bring all they need: busybox where the health check needs it. */
function bareBase({ port }: StarterOptions): string {
  return port === undefined ? 'FROM scratch' : 'FROM busybox:1.37-musl';
}

function go({ version, name, main, hasSums }: GoProject, options: StarterOptions): string[] {
  return [
    `FROM --platform=$BUILDPLATFORM golang:${version}-alpine AS build`,
    ...zone(options, { install: true, packages: ['ca-certificates'] }),
    'WORKDIR /src',
    `COPY go.mod ${hasSums ? 'go.sum ' : ''}./`,
    'RUN --mount=type=cache,target=/go/pkg/mod go mod download',
    'COPY . .',
    'ARG TARGETOS TARGETARCH',
    'RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \\',
    '    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \\',
    `    go build -trimpath -ldflags="-s -w" -o /out/${name} ${main}`,
    '',
    bareBase(options),
    COPY_ZONE,
    COPY_AUTHORITIES,
    `COPY --from=build /out/${name} /${name}`,
    `USER ${USER}`,
    ...wgetCheck(options),
    `ENTRYPOINT ["/${name}"]`,
  ];
}

function rust({ name, hasLock }: RustProject, options: StarterOptions): string[] {
  return [
    'FROM rust:1.90-alpine AS build',
    ...zone(options, { install: true, packages: ['ca-certificates', 'musl-dev'] }),
    'WORKDIR /src',
    'COPY . .',
    '# Static, because the toolchain of Alpine links musl; without symbols.',
    'ENV RUSTFLAGS="-C strip=symbols"',
    'RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \\',
    `    cargo build --release${hasLock ? ' --locked' : ''} && install -D target/release/${name} /out/${name}`,
    '',
    bareBase(options),
    COPY_ZONE,
    COPY_AUTHORITIES,
    `COPY --from=build /out/${name} /${name}`,
    `USER ${USER}`,
    ...wgetCheck(options),
    `ENTRYPOINT ["/${name}"]`,
  ];
}

const NODE = 'node:24-alpine';
const INSTALL = {
  npm: {
    locked: 'npm ci',
    free: 'npm install',
    production: ' --omit=dev',
    cache: '/root/.npm',
    prune: 'npm prune --omit=dev',
  },
  yarn: {
    locked: 'yarn install --frozen-lockfile',
    free: 'yarn install',
    production: ' --production',
    cache: '/usr/local/share/.cache/yarn',
    prune: 'yarn install --frozen-lockfile --production',
  },
  pnpm: {
    locked: 'pnpm install --frozen-lockfile',
    free: 'pnpm install',
    production: ' --prod',
    cache: '/root/.local/share/pnpm/store',
    prune: 'pnpm prune --prod',
  },
} as const;

function node(
  { manager, lock, hasBuild, hasDependencies, main }: NodeProject,
  options: StarterOptions,
): string[] {
  const { locked, free, production, cache, prune } = INSTALL[manager];
  const install = `${lock === undefined ? free : locked}${hasBuild ? '' : production}`;
  const mount = `RUN --mount=type=cache,target=${cache} `;
  const check = (port: number) =>
    `fetch('http://127.0.0.1:${port}/').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
  return [
    `FROM ${NODE} AS build`,
    ...zone(options, { install: true }),
    ...(manager === 'pnpm' ? ['RUN corepack enable'] : []),
    'WORKDIR /app',
    `COPY package.json ${lock === undefined ? '' : `${lock} `}./`,
    ...(hasDependencies ? [`${mount}${install}`] : []),
    'COPY . .',
    ...(hasBuild ? [`${mount}${manager} run build${hasDependencies ? ` && ${prune}` : ''}`] : []),
    '',
    `FROM ${NODE}`,
    'ENV NODE_ENV=production',
    'WORKDIR /app',
    COPY_ZONE,
    'COPY --from=build /app ./',
    'USER 1000:1000',
    ...(options.port === undefined
      ? NO_CHECK
      : [
          `EXPOSE ${options.port}`,
          `HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "-e", "${check(options.port)}"]`,
        ]),
    `CMD ["node", "${main}"]`,
  ];
}

const PYTHON = 'python:3.13-slim';

function python({ dependencies, start }: PythonProject, options: StarterOptions): string[] {
  const pip = 'RUN --mount=type=cache,target=/root/.cache/pip /venv/bin/pip install';
  const steps = {
    'requirements.txt': ['COPY requirements.txt ./', `${pip} -r requirements.txt`, 'COPY . .'],
    'pyproject.toml': ['COPY . .', `${pip} .`],
    none: ['COPY . .'],
  };
  const check = (port: number) =>
    `import urllib.request as r; r.urlopen('http://127.0.0.1:${port}/', timeout=4)`;
  return [
    `FROM ${PYTHON} AS build`,
    ...zone(options, { install: false }),
    'RUN python -m venv /venv',
    'WORKDIR /app',
    ...steps[dependencies ?? 'none'],
    '',
    `FROM ${PYTHON}`,
    'ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1',
    'WORKDIR /app',
    COPY_ZONE,
    'COPY --from=build /venv /venv',
    'COPY --from=build /app ./',
    `USER ${USER}`,
    ...(options.port === undefined
      ? NO_CHECK
      : [
          `EXPOSE ${options.port}`,
          `HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["python", "-c", "${check(options.port)}"]`,
        ]),
    `CMD [${['python', ...start].map(word => JSON.stringify(word)).join(', ')}]`,
  ];
}

function native({ tool, name }: NativeProject, options: StarterOptions): string[] {
  const cmake = [
    `RUN cmake -B /build -DCMAKE_BUILD_TYPE=MinSizeRel && cmake --build /build --parallel \\`,
    `    && install -D -s /build/${name} /out/${name}`,
  ];
  const make = [`RUN make CFLAGS=-Os CXXFLAGS=-Os && install -D -s ${name} /out/${name}`];
  return [
    `FROM ${ALPINE} AS build`,
    ...zone(options, { install: true, packages: ['build-base', ...(tool === 'cmake' ? ['cmake'] : [])] }),
    'WORKDIR /src',
    'COPY . .',
    ...(tool === 'cmake' ? cmake : make),
    '',
    '# Libraries that the program loads go here: RUN apk add --no-cache NAME',
    `FROM ${ALPINE}`,
    COPY_ZONE,
    `COPY --from=build /out/${name} /usr/local/bin/${name}`,
    `USER ${USER}`,
    ...wgetCheck(options),
    `ENTRYPOINT ["/usr/local/bin/${name}"]`,
  ];
}

/** Several archives may be made; those with sources or without dependencies are not the program. */
const THE_ARCHIVE =
  "-maxdepth 1 -name '*.jar' ! -name '*-sources.jar' ! -name '*-plain.jar' ! -name 'original-*' -exec cp {} /app.jar ';'";

function java({ tool }: JavaProject, options: StarterOptions): string[] {
  const maven = [
    'FROM maven:3.9-eclipse-temurin-21-alpine AS build',
    ...zone(options, { install: true }),
    'WORKDIR /src',
    'COPY pom.xml ./',
    'RUN --mount=type=cache,target=/root/.m2 mvn -B dependency:go-offline',
    'COPY . .',
    'RUN --mount=type=cache,target=/root/.m2 mvn -B package -DskipTests \\',
    `    && find target ${THE_ARCHIVE}`,
  ];
  const gradle = [
    'FROM gradle:8.14-jdk21-alpine AS build',
    ...zone(options, { install: true }),
    'WORKDIR /src',
    'COPY . .',
    'RUN --mount=type=cache,target=/root/.gradle gradle --no-daemon assemble \\',
    `    && find build/libs ${THE_ARCHIVE}`,
  ];
  return [
    ...(tool === 'maven' ? maven : gradle),
    '',
    'FROM eclipse-temurin:21-jre-alpine',
    COPY_ZONE,
    'COPY --from=build /app.jar /app.jar',
    `USER ${USER}`,
    ...wgetCheck(options),
    '# Memory follows the limit of the container.',
    'CMD ["java", "-XX:MaxRAMPercentage=75", "-jar", "/app.jar"]',
  ];
}
