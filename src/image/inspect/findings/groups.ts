import { WASTE_ADVICE, type WasteRule } from '../../userland/waste/index.ts';
import type { Kind } from './collect.ts';

/** A kind, and what cleans it up in the instruction that makes it. */
export interface Told extends Kind {
  readonly clean?: string;
}

/** Go, and what its packages bring along. */
export const GO_TOOLCHAIN: Kind = {
  id: 'go-toolchain',
  title: 'The Go tool chain, with what it brought along, is in the image',
  confidence: 'certain',
  fix: 'FROM golang:… AS build\nRUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /app .\nFROM scratch\nCOPY --from=build /app /app',
};

/** Rules whose files are told as one finding, and what that is. The others are told by their category. */
const KINDS: readonly (Told & { readonly rules: readonly string[] })[] = [
  { ...GO_TOOLCHAIN, rules: ['go-toolchain'] },
  {
    id: 'rust-toolchain',
    title: 'The Rust tool chain is in the image',
    rules: ['rust-toolchain'],
    confidence: 'certain',
    fix: 'FROM rust:… AS build\nRUN cargo build --release\nFROM debian:bookworm-slim\nCOPY --from=build /src/target/release/app /usr/local/bin/',
  },
  {
    id: 'java-development-kit',
    title: 'A whole JDK where a runtime would do',
    rules: ['java-development'],
    confidence: 'certain',
    fix: 'FROM eclipse-temurin:21-jre # or make a runtime of your own with jlink in a build stage',
  },
  {
    id: 'build-toolchain',
    title: 'Compilers, headers and static libraries are in the image',
    rules: [
      'headers',
      'static-libraries',
      'build-descriptions',
      'compiler-parts',
      'build-tools',
      'llvm',
      'development-packages',
      'python-tools',
      'source-archives',
    ],
    confidence: 'certain',
    fix: 'FROM … AS build\nRUN apt-get update && apt-get install -y --no-install-recommends build-essential\nFROM … # the same base, without them\nCOPY --from=build … …',
  },
  {
    id: 'apt-cache',
    title: 'Lists and archives of apt are in the image',
    rules: ['apt-lists', 'apt-cache'],
    clean: 'apt-get clean && rm -rf /var/lib/apt/lists/*',
    confidence: 'certain',
    fix: 'RUN apt-get update && apt-get install -y --no-install-recommends … && apt-get clean && rm -rf /var/lib/apt/lists/*',
  },
  {
    id: 'apk-cache',
    title: 'The cache of apk is in the image',
    rules: ['apk-cache'],
    clean: 'rm -rf /var/cache/apk/*',
    confidence: 'certain',
    fix: 'RUN apk add --no-cache …',
  },
  {
    id: 'rpm-cache',
    title: 'The cache of dnf, yum or zypper is in the image',
    rules: ['rpm-cache'],
    clean: 'dnf clean all && rm -rf /var/cache/dnf',
    confidence: 'certain',
    fix: 'RUN dnf install -y --setopt=install_weak_deps=False … && dnf clean all && rm -rf /var/cache/dnf',
  },
  {
    id: 'pip-cache',
    title: 'The cache of pip is in the image',
    rules: ['pip-cache'],
    clean: 'rm -rf /root/.cache/pip',
    confidence: 'certain',
    fix: 'RUN --mount=type=cache,target=/root/.cache/pip pip install … # or pip install --no-cache-dir',
  },
  {
    id: 'npm-cache',
    title: 'The cache of npm is in the image',
    rules: ['npm-cache'],
    clean: 'npm cache clean --force',
    confidence: 'certain',
    fix: 'RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev',
  },
  {
    id: 'yarn-cache',
    title: 'The cache of Yarn, pnpm or Bun is in the image',
    rules: ['yarn-cache', 'yarn-berry-cache', 'pnpm-store'],
    confidence: 'certain',
    fix: 'RUN --mount=type=cache,target=/root/.cache yarn install --production --frozen-lockfile # or yarn cache clean',
  },
  {
    id: 'cargo-cache',
    title: "Cargo's registry is in the image",
    rules: ['cargo-registry'],
    confidence: 'certain',
    fix: 'RUN --mount=type=cache,target=/usr/local/cargo/registry cargo build --release',
  },
  {
    id: 'go-cache',
    title: 'Go modules and the build cache are in the image',
    rules: ['go-cache'],
    confidence: 'certain',
    fix: 'RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build go build …',
  },
  {
    id: 'java-cache',
    title: 'The cache of Maven or Gradle is in the image',
    rules: ['java-cache'],
    confidence: 'certain',
    fix: 'RUN --mount=type=cache,target=/root/.m2 mvn package # Gradle: target=/root/.gradle',
  },
  {
    id: 'gem-cache',
    title: 'Archives of gems are in the image',
    rules: ['gem-cache'],
    clean: 'rm -rf "$(gem env gemdir)"/cache',
    confidence: 'certain',
    fix: 'RUN bundle install && rm -rf "$(gem env gemdir)"/cache',
  },
  {
    id: 'composer-cache',
    title: 'The cache of Composer is in the image',
    rules: ['composer-cache'],
    clean: 'composer clear-cache',
    confidence: 'certain',
    fix: 'RUN --mount=type=cache,target=/root/.composer/cache composer install --no-dev --optimize-autoloader',
  },
  {
    id: 'node-development-dependencies',
    title: 'Development dependencies are in node_modules',
    rules: ['development-dependencies'],
    confidence: 'likely',
    fix: 'RUN npm ci --omit=dev # in the last stage; build with all of them in a stage before',
  },
  {
    id: 'source-maps',
    title: 'Source maps and TypeScript sources are in the image',
    rules: ['source-maps', 'app-source-maps', 'type-declarations', 'typescript-sources'],
    confidence: 'likely',
    fix: "RUN find node_modules -name '*.map' -o -name '*.d.ts' | xargs rm -f # in the RUN that installs; or bundle the app",
  },
  {
    id: 'version-control-tools',
    title: 'A version control system is in the image',
    rules: ['version-control-tools'],
    confidence: 'possible',
    fix: 'FROM … AS build\nRUN git clone … /src\nFROM … # without git\nCOPY --from=build /src /src',
  },
  {
    id: 'development-tools',
    title: 'Packages that the distribution calls development tools',
    rules: ['development-tools'],
    confidence: 'possible',
    fix: 'FROM … AS build\nRUN … # install them here only\nFROM …\nCOPY --from=build … …',
  },
  {
    id: 'fonts-and-icons',
    title: 'Fonts, icons and sounds',
    rules: ['icons-and-fonts'],
    confidence: 'possible',
    fix: 'RUN apt-get install -y --no-install-recommends … # they come as recommendations',
  },
];

const BY_RULE: ReadonlyMap<string, Told> = new Map(
  KINDS.flatMap(({ rules, ...kind }) => rules.map(rule => [rule, kind] as const)),
);

/** What the files of a rule are told as; absent for what is rather kept (licences). */
export function kindOfRule(rule: WasteRule): Told | undefined {
  if (rule.category === 'license') return undefined;
  const known = BY_RULE.get(rule.id);
  if (known !== undefined) return known;
  const { title, fix } = WASTE_ADVICE[rule.category];
  return { id: rule.category, title, confidence: rule.safe ? 'likely' : 'possible', fix };
}
