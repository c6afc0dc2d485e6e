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
    fix: 'RUN apt-get update && apt-get install -y --no-install-recommends … && rm -rf /var/lib/apt/lists/* # apk: --no-cache; pip: --no-cache-dir; or RUN --mount=type=cache',
  },
  'package-database': {
    title: 'Package scripts and databases',
    fix: 'FROM scratch # or distroless: a last stage without a package manager\nCOPY --from=build … …',
  },
  documentation: {
    title: 'Documentation',
    fix: "RUN printf 'path-exclude=/usr/share/doc/*\\npath-exclude=/usr/share/man/*\\npath-exclude=/usr/share/info/*\\n' >/etc/dpkg/dpkg.cfg.d/docs # before what installs; apk: leave out the -doc packages",
  },
  license: { title: 'Licences', fix: 'keep them: most licences ask for it' },
  translations: {
    title: 'Foreign translations',
    fix: "RUN echo 'path-exclude=/usr/share/locale/*' >/etc/dpkg/dpkg.cfg.d/locales # before what installs; or && rm -rf /usr/share/locale/* in that RUN",
  },
  development: {
    title: 'Compilers, headers and build tools',
    fix: 'FROM … AS build\nRUN … # compilers and headers\nFROM … # the same base, without them\nCOPY --from=build … …',
  },
  debug: {
    title: 'Debug files',
    fix: 'RUN strip --strip-unneeded … # in the build stage; link with -s, and leave out the -dbg packages',
  },
  'python-cache': {
    title: 'Python bytecode caches',
    fix: 'ENV PYTHONDONTWRITEBYTECODE=1\nRUN pip install --no-cache-dir --no-compile … # imports are slower then',
  },
  tests: {
    title: 'Tests of libraries',
    fix: "RUN … && find / -xdev -type d -name tests -path '*-packages/*' -prune -exec rm -rf {} + # in the RUN that installs",
  },
  clutter: {
    title: 'Clutter of libraries',
    fix: 'RUN npx esbuild app.js --bundle --platform=node --outfile=dist/app.js # in the build stage, and COPY that; or delete it in the RUN that installs',
  },
  foreign: {
    title: 'Files for other systems',
    fix: 'RUN npm ci --omit=dev --os=linux --cpu=… # the platform of the target',
  },
  host: {
    title: 'Services, kernels and boot files of a host',
    fix: 'RUN apt-get install -y --no-install-recommends … # no init system, cron or kernel',
  },
  desktop: {
    title: 'Desktop files',
    fix: 'RUN apt-get install -y --no-install-recommends … # the -nox or -headless package',
  },
  completion: {
    title: 'Shell completions',
    fix: "RUN echo 'path-exclude=/usr/share/bash-completion/*' >/etc/dpkg/dpkg.cfg.d/completions # before what installs",
  },
  logs: {
    title: 'Logs of the build',
    fix: 'RUN … && rm -rf /var/log/*.log /var/log/apt /var/cache/debconf/*-old # in the RUN that installs',
  },
  temporary: {
    title: 'Temporary files',
    fix: 'RUN --mount=type=tmpfs,target=/tmp …',
  },
  vcs: {
    title: 'Version control',
    fix: 'RUN --mount=type=bind,target=/src … # or add .git to .dockerignore, and to the COPY: --exclude=.git',
  },
  editor: {
    title: 'Files of editors',
    fix: 'COPY --exclude=.idea --exclude=.vscode . . # or add them to .dockerignore',
  },
  backup: { title: 'Backups', fix: 'RUN … && rm -f /etc/*- /etc/*.dpkg-old # in the RUN that makes them' },
  'time-zones': {
    title: 'Copies of time zones',
    fix: 'RUN … && rm -rf /usr/share/zoneinfo/right /usr/share/zoneinfo/posix # in the RUN that installs tzdata',
  },
};
