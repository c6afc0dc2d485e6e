import type { WasteCategory } from './types.ts';

/** How a category is told to a person. */
export interface WasteAdvice {
  /** A few words, as in a table. */
  readonly title: string;
  /** What to write into the Dockerfile, or to do, so that it does not get into the image. */
  readonly fix: string;
}

/** The title and the fix of each category. */
export const WASTE_ADVICE: Readonly<Record<WasteCategory, WasteAdvice>> = {
  'package-cache': {
    title: 'Package caches and lists',
    fix: 'clean in the same RUN: `&& rm -rf /var/lib/apt/lists/*` (apk: `--no-cache`; pip: `--no-cache-dir`; npm: `npm cache clean --force`), or use `RUN --mount=type=cache`',
  },
  'package-database': {
    title: 'Package scripts and databases',
    fix: 'build the last stage `FROM scratch` or from an image without a package manager, and COPY what runs',
  },
  documentation: {
    title: 'Documentation',
    fix: 'write `path-exclude=/usr/share/doc/*` and `path-exclude=/usr/share/man/*` to /etc/dpkg/dpkg.cfg.d/docs before installing',
  },
  license: { title: 'Licences', fix: 'keep them: most licences ask for it' },
  translations: {
    title: 'Foreign translations',
    fix: 'write `path-exclude=/usr/share/locale/*` to /etc/dpkg/dpkg.cfg.d/locales before installing',
  },
  development: {
    title: 'Compilers, headers and build tools',
    fix: 'build in a stage of its own and `COPY --from=build` what runs; `npm ci --omit=dev`; `apt-get install --no-install-recommends`',
  },
  debug: {
    title: 'Debug files',
    fix: 'do not install debug packages; link with `-s`, or `strip` in the build stage',
  },
  'python-cache': {
    title: 'Python bytecode caches',
    fix: 'set `ENV PYTHONDONTWRITEBYTECODE=1` and `pip install --no-compile`; imports are slower then',
  },
  tests: {
    title: 'Tests of libraries',
    fix: 'delete the tests directories in the RUN that installs the library',
  },
  clutter: {
    title: 'Clutter of libraries',
    fix: 'bundle the app (esbuild, rollup), or delete it in the RUN that installs: source maps, declarations, docs, examples',
  },
  foreign: {
    title: 'Files for other systems',
    fix: 'install with the platform of the target: `npm ci --os=linux --cpu=…`',
  },
  host: {
    title: 'Services, kernels and boot files of a host',
    fix: 'a container has no init system: install with `--no-install-recommends`, and drop systemd, cron and kernels',
  },
  desktop: {
    title: 'Desktop files',
    fix: 'install with `--no-install-recommends`; choose the `-nox` or `-headless` package',
  },
  completion: {
    title: 'Shell completions',
    fix: 'write `path-exclude=/usr/share/bash-completion/*` to /etc/dpkg/dpkg.cfg.d before installing',
  },
  logs: {
    title: 'Logs of the build',
    fix: 'add `&& rm -f /var/log/*.log /var/log/apt/*` to the RUN that installs',
  },
  temporary: {
    title: 'Temporary files',
    fix: 'delete them in the RUN that makes them, or use `RUN --mount=type=tmpfs,target=/tmp`',
  },
  vcs: { title: 'Version control', fix: 'add `.git` to .dockerignore' },
  editor: { title: 'Files of editors', fix: 'add `.idea`, `.vscode` and `.DS_Store` to .dockerignore' },
  backup: { title: 'Backups', fix: 'delete `/etc/*-` and `*.dpkg-old` in the RUN that makes them' },
  'time-zones': {
    title: 'Copies of time zones',
    fix: 'delete /usr/share/zoneinfo/right and /usr/share/zoneinfo/posix in the RUN that installs tzdata',
  },
};
