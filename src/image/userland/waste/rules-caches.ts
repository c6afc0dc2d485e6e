import type { WasteRule } from './types.ts';

const PACKAGERS = ['apt', 'apt-get', 'dpkg', 'aptitude'];

/** What package managers keep for their next run. */
export const CACHE_RULES: readonly WasteRule[] = [
  {
    id: 'apt-lists',
    category: 'package-cache',
    explains: 'the list of all packages of the distribution; apt fetches it again',
    pattern: /^\/var\/lib\/apt\//,
    safe: true,
    neededBy: PACKAGERS,
  },
  {
    id: 'apt-cache',
    category: 'package-cache',
    explains: 'packages that apt has fetched, and indexes that it makes again',
    pattern: /^\/var\/cache\/(apt|debconf|apt-show-versions)\//,
    safe: true,
    neededBy: [...PACKAGERS, 'debconf'],
  },
  {
    id: 'apk-cache',
    category: 'package-cache',
    explains: 'indexes and packages that apk fetches again',
    pattern: /^\/(var\/cache\/apk|etc\/apk\/cache)\//,
    safe: true,
    neededBy: ['apk'],
  },
  {
    id: 'rpm-cache',
    category: 'package-cache',
    explains: 'indexes and packages that the package manager fetches again',
    pattern:
      /^\/var\/(cache\/(dnf|yum|zypp|libdnf5|PackageKit)|cache\/pacman\/pkg|lib\/(dnf|yum)\/(history|yumdb|repos))/,
    safe: true,
    neededBy: ['dnf', 'microdnf', 'yum', 'zypper', 'pacman'],
  },
  {
    id: 'system-cache',
    category: 'package-cache',
    explains: 'an index of manual pages, or of libraries for ldconfig, which is made again',
    pattern: /^\/var\/cache\/(man|ldconfig)\//,
    safe: true,
  },
  {
    id: 'font-cache',
    category: 'package-cache',
    explains: 'an index of fonts, which is made again but slowly',
    pattern: /^\/var\/cache\/fontconfig\//,
    safe: false,
  },
  {
    id: 'package-archive',
    category: 'package-cache',
    explains: 'a package that was installed and left',
    pattern: /^\/(tmp|root|var\/tmp|opt|home\/[^/]+)\/[^/]+\.(deb|rpm|apk|whl)$/,
    safe: false,
  },
];

const HOME = '^(?:/root|/home/[^/]+|/var/www|/nonexistent|/app|/usr/local/share)';

/** What the package managers of languages keep for their next run. */
export const LANGUAGE_CACHE_RULES: readonly WasteRule[] = [
  {
    id: 'pip-cache',
    category: 'package-cache',
    explains: 'wheels and responses that pip and its like fetch again',
    pattern: new RegExp(`${HOME}/\\.cache/(pip|uv|pypoetry/(?!virtualenvs)|pipenv|pdm|pre-commit)`),
    safe: true,
    neededBy: ['pip', 'pip3', 'uv', 'poetry', 'pipenv'],
  },
  {
    id: 'npm-cache',
    category: 'package-cache',
    explains: 'archives and logs that npm fetches or writes again',
    pattern: new RegExp(`${HOME}/\\.npm/(_cacache|_logs|_update-notifier-last-checked|_locks|_prebuilds)`),
    safe: true,
  },
  {
    id: 'launcher-cache',
    category: 'package-cache',
    explains: 'programs that a launcher has fetched and runs from here (npx, Corepack, Coursier, JBang)',
    pattern: new RegExp(`${HOME}/\\.(npm/_npx|cache/node/corepack|cache/coursier|jbang/cache)/`),
    safe: false,
  },
  {
    id: 'yarn-cache',
    category: 'package-cache',
    explains: 'archives that Yarn or pnpm fetch again; what is installed does not need them',
    pattern: new RegExp(
      `${HOME}/(\\.cache/(yarn/v\\d|pnpm|node-gyp|bun)|\\.local/share/pnpm/store|\\.bun/install/cache|\\.yarn-cache)`,
    ),
    safe: true,
    neededBy: ['node-gyp', 'bun'],
  },
  {
    id: 'yarn-berry-cache',
    category: 'package-cache',
    explains: 'archives of Yarn; with Plug and Play it loads modules out of them',
    pattern: new RegExp(`${HOME}/\\.yarn/berry/cache/`),
    safe: false,
  },
  {
    id: 'pnpm-store',
    category: 'package-cache',
    explains: "pnpm's store, from which it has linked or copied what is installed",
    pattern: /\/\.pnpm-store\/v\d+\//,
    safe: true,
  },
  {
    id: 'node-modules-cache',
    category: 'package-cache',
    explains: 'what build tools keep for their next run',
    pattern: /\/node_modules\/(\.cache|\.vite|\.tmp)\//,
    when: candidate => !candidate.path.includes('/.cache/prisma/'),
    safe: true,
  },
  {
    id: 'cargo-registry',
    category: 'package-cache',
    explains: 'sources of Rust crates, which are built into the programs',
    pattern: new RegExp(`(${HOME}/\\.cargo|^/usr/local/cargo)/(registry|git)/`),
    safe: true,
    neededBy: ['cargo'],
  },
  {
    id: 'go-cache',
    category: 'package-cache',
    explains: 'sources and objects of Go modules, which are built into the programs',
    pattern: new RegExp(`(${HOME}/go|^/go)/pkg/(mod|sumdb)/|${HOME}/\\.cache/go-build/`),
    safe: true,
    neededBy: ['go'],
  },
  {
    id: 'java-cache',
    category: 'package-cache',
    explains: 'archives that Maven, Gradle or sbt fetch again',
    pattern: new RegExp(
      `${HOME}/\\.(m2/repository|m2/wrapper|gradle/(caches|wrapper|daemon)|ivy2/cache|sbt/boot)`,
    ),
    safe: true,
    neededBy: ['mvn', 'mvnw', 'gradle', 'gradlew', 'sbt'],
  },
  {
    id: 'gem-cache',
    category: 'package-cache',
    explains: 'archives of gems that are installed',
    pattern: /\/(?:gems\/\d[^/]*|bundle(?:\/ruby\/\d[^/]*)?|ruby\/\d[^/]*)\/cache\/[^/]+\.gem$/,
    safe: true,
  },
  {
    id: 'composer-cache',
    category: 'package-cache',
    explains: 'archives that Composer fetches again',
    pattern: new RegExp(
      `(${HOME}/\\.composer|${HOME}/\\.cache/composer|^/tmp)/cache/(files|repo|vcs)/|${HOME}/\\.cache/composer/`,
    ),
    safe: true,
  },
  {
    id: 'conda-cache',
    category: 'package-cache',
    explains: 'packages that conda has unpacked, and linked to where they are used',
    pattern: /\/(?:ana|mini|mamba|micromamba|miniforge)?(?:conda|mamba|forge)\d?\/pkgs\//,
    when: candidate => candidate.node.kind === 'file',
    safe: true,
    neededBy: ['conda', 'mamba'],
  },
];
