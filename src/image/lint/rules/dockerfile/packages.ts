import type { Dockerfile, Instruction } from '../../dockerfile/index.ts';
import { type Command, hasFlag, isCall, operands, subcommand } from '../../shell/index.ts';
import { type DockerfileRule, dockerfileRule, type Found } from '../rule.ts';
import {
  appendCommand,
  everywhere,
  hasCacheMount,
  insertAfter,
  mountsOver,
  ofKind,
  ranBy,
  runsWith,
  shipped,
} from './queries.ts';

/** Whether an ENV before sets a variable. */
function setsVariable(file: Dockerfile, name: string): boolean {
  return everywhere(file).some(
    ({ keyword, words }) =>
      (keyword === 'ENV' || keyword === 'ARG') && words.some(({ value }) => value.startsWith(`${name}=`)),
  );
}

const isPipInstall = (command: Command) =>
  isCall(command, ['pip', 'pip3'], ['install']) ||
  (/^python[\d.]*$/.test(command.name) &&
    /^-m$/.test(command.words[1]?.value ?? '') &&
    command.words[2]?.value === 'pip' &&
    command.words[3]?.value === 'install');

/** Rules about the package managers besides apt. */
export const PACKAGE_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'apk-no-cache',
    topic: 'packages',
    severity: 'warning',
    fixable: true,
    summary: 'apk leaves its index in the image',
    why: 'The index is 2 to 5 MB in an image whose base is 8 MB. `--no-cache` never writes it.',
    bad: 'FROM alpine:3.22\nRUN apk add tini\nENTRYPOINT ["tini", "--", "date"]\n',
    good: 'FROM alpine:3.22\nRUN apk add --no-cache tini\nENTRYPOINT ["tini", "--", "date"]\n',
    covers: ['DL3019', 'DKL-DI-0004'],
    *check(file) {
      const removes = runsWith(shipped(file), ({ name, words }) => {
        return name === 'rm' && words.some(({ value }) => value.startsWith('/var/cache/apk'));
      });
      for (const { run, command } of ranBy(shipped(file))) {
        const add = isCall(command, ['apk'], ['add']) ? subcommand(command) : undefined;
        if (add === undefined || hasFlag(command, '--no-cache') || removes.has(run)) continue;
        if (mountsOver(run, '/apk/')) continue;
        if (mountsOver(run, '/var/cache/')) continue;
        yield {
          span: command.span,
          message: 'write apk add --no-cache',
          edits: [insertAfter(add, ' --no-cache')],
        };
      }
    },
  }),
  dockerfileRule({
    id: 'dnf-clean',
    topic: 'packages',
    severity: 'warning',
    fixable: true,
    summary: 'the caches of dnf, yum or zypper stay in the image',
    why: 'The metadata of the repositories is 50 to 300 MB. It must go in the layer that fetched it.',
    bad: 'FROM fedora-minimal:42\nRUN dnf install -y nginx\nCMD ["nginx"]\n',
    good: 'FROM fedora-minimal:42\nRUN dnf install -y nginx && dnf clean all\nCMD ["nginx"]\n',
    covers: ['DL3032', 'DL3036', 'DL3040'],
    *check(file) {
      for (const run of ofKind(shipped(file), 'RUN')) {
        const found = uncleanRun(file, run);
        if (found !== undefined) yield found;
      }
    },
  }),
  dockerfileRule({
    id: 'pip-no-cache',
    topic: 'packages',
    severity: 'warning',
    fixable: true,
    summary: 'pip keeps what it downloaded',
    why: 'Every wheel is in the image twice, installed and in the cache of pip.',
    bad: 'FROM python:3.13-slim\nRUN pip install flask==3.1.0\nCMD ["flask", "run"]\n',
    good: 'FROM python:3.13-slim\nRUN pip install --no-cache-dir flask==3.1.0\nCMD ["flask", "run"]\n',
    covers: ['DL3042'],
    *check(file) {
      if (setsVariable(file, 'PIP_NO_CACHE_DIR')) return;
      const clears = runsWith(shipped(file), command => isCall(command, ['pip', 'pip3'], ['cache']));
      for (const { run, command } of ranBy(shipped(file))) {
        if (!isPipInstall(command) || hasFlag(command, '--no-cache-dir') || hasCacheMount(run)) continue;
        if (clears.has(run)) continue;
        if (command.assignments.some(({ value }) => value.startsWith('PIP_NO_CACHE_DIR='))) continue;
        const install = command.words.find(({ value }) => value === 'install')!;
        yield {
          span: command.span,
          message: 'add --no-cache-dir',
          edits: [insertAfter(install, ' --no-cache-dir')],
        };
      }
    },
  }),
  dockerfileRule({
    id: 'node-cache',
    topic: 'packages',
    severity: 'info',
    summary: 'npm, yarn or pnpm keeps what it downloaded',
    why: 'The cache of npm is as large as node_modules. Use a cache mount, or install in an earlier stage and copy node_modules.',
    bad: 'FROM node:22-alpine\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\nCMD ["node", "app.js"]\n',
    good: 'FROM node:22-alpine\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN --mount=type=cache,target=/root/.npm npm ci --omit=dev\nCMD ["node", "app.js"]\n',
    covers: ['DL3060'],
    *check(file) {
      const clears = runsWith(shipped(file), command => {
        const isRemoved =
          command.name === 'rm' && command.words.some(({ value }) => /\.npm|cache|\.yarn/.test(value));
        return isRemoved || isCall(command, ['npm', 'yarn', 'pnpm'], ['cache', 'store']);
      });
      for (const { run, command } of ranBy(shipped(file))) {
        if (isNodeInstall(command) && !hasCacheMount(run) && !clears.has(run))
          yield {
            span: command.span,
            message: `the cache of ${command.name} stays in this layer: mount it with --mount=type=cache`,
          };
      }
    },
  }),
  dockerfileRule({
    id: 'node-dev-dependencies',
    topic: 'packages',
    severity: 'warning',
    summary: 'packages for development are installed in the image',
    why: 'Compilers, linters and test runners are often nine tenths of node_modules.',
    bad: 'FROM node:22-alpine\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci && npm cache clean --force\nCMD ["node", "app.js"]\n',
    good: 'FROM node:22-alpine\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev && npm cache clean --force\nCMD ["node", "app.js"]\n',
    *check(file) {
      const prunes = runsWith(shipped(file), command => isCall(command, ['npm', 'pnpm'], ['prune']));
      for (const { run, command } of ranBy(shipped(file))) {
        if (
          !isNodeInstall(command) ||
          hasFlag(command, '--omit', '--production', '--only', '--prod', '-P', '-g', '--global', '--location')
        )
          continue;
        if (/NODE_ENV[= ]["']?production/.test(envBefore(file, run))) continue;
        const named =
          command.name !== 'yarn' && subcommand(command)?.value !== 'ci' && operands(command).length > 1;
        if (
          prunes.has(run) ||
          named ||
          command.assignments.some(({ value }) => value === 'NODE_ENV=production')
        )
          continue;
        yield {
          span: command.span,
          message: 'install without packages for development: npm ci --omit=dev (yarn, pnpm: --production)',
        };
      }
    },
  }),
  dockerfileRule({
    id: 'pin-packages',
    topic: 'packages',
    severity: 'info',
    off: true,
    summary: 'a package is installed without a version',
    why: 'A build next month may install another version. On Debian and Alpine old versions vanish from the mirrors, so that pins break builds; pin the base by digest instead. Off unless asked for.',
    bad: 'FROM alpine:3.22\nRUN apk add --no-cache tini\n',
    good: 'FROM alpine:3.22\nRUN apk add --no-cache tini=0.19.0-r3\n',
    covers: ['DL3008', 'DL3013', 'DL3016', 'DL3018', 'DL3028', 'DL3033', 'DL3037', 'DL3041', 'DL3062'],
    *check(file) {
      for (const { command } of ranBy(everywhere(file))) {
        const loose = unpinned(command);
        if (loose.length > 0)
          yield { span: command.span, message: `without a version: ${loose.slice(0, 8).join(', ')}` };
      }
    },
  }),
];

function envBefore(file: Dockerfile, run: Instruction): string {
  return ofKind(everywhere(file), 'ENV', 'ARG')
    .filter(({ span }) => span.start < run.span.start)
    .map(({ body }) => body.text)
    .join('\n');
}

function isNodeInstall(command: Command): boolean {
  if (isCall(command, ['yarn']) && command.words.length === 1) return true;
  if (hasFlag(command, '-g', '--global', '--location')) return false;
  return isCall(command, ['npm', 'pnpm', 'yarn'], ['install', 'ci', 'i', 'add', 'clean-install']);
}

const CLEAN: Readonly<Record<string, string>> = {
  dnf: 'dnf clean all',
  yum: 'yum clean all',
  microdnf: 'microdnf clean all',
  zypper: 'zypper clean',
};

function uncleanRun(file: Dockerfile, run: Instruction): Found | undefined {
  const install = run.commands.find(command =>
    isCall(command, Object.keys(CLEAN), ['install', 'in', 'update', 'upgrade', 'groupinstall']),
  );
  if (install === undefined || hasCacheMount(run)) return undefined;
  const cleans = run.commands.some(
    command =>
      isCall(command, Object.keys(CLEAN), ['clean', 'cc']) ||
      (command.name === 'rm' &&
        command.words.some(({ value }) => /^\/var\/cache\/(?:dnf|yum|zypp|libdnf5|\*)/.test(value))),
  );
  if (cleans) return undefined;
  const clean = CLEAN[install.name] ?? 'dnf clean all';
  const edit = install.wrappers.length > 0 ? undefined : appendCommand(file, run, clean);
  return {
    span: install.span,
    message: `the metadata stays in this layer: end it with && ${clean}`,
    ...(edit === undefined ? {} : { edits: [edit] }),
  };
}

function unpinned(command: Command): string[] {
  const names = operands(command)
    .slice(1)
    .map(({ value }) => value);
  const loose = (pinned: RegExp) =>
    names.filter(name => !pinned.test(name) && !/^[.$/]|\.(?:deb|apk|rpm|whl|txt|tgz)$/.test(name));
  if (isCall(command, ['apt-get', 'apt', 'apk', 'zypper'], ['install', 'add', 'in']))
    return hasFlag(command, '-r') ? [] : loose(/[=<>~]/);
  if (isCall(command, ['dnf', 'yum', 'microdnf'], ['install'])) return loose(/-\d/);
  if (isPipInstall(command))
    return hasFlag(command, '-r', '--requirement', '-e', '--editable', '-c')
      ? []
      : loose(/[=<>~@]|^(?:install|pip)$/);
  if (isCall(command, ['npm', 'pnpm', 'yarn'], ['install', 'i', 'add'])) return loose(/.@[\d$^~]/);
  if (isCall(command, ['gem'], ['install'])) return hasFlag(command, '-v', '--version') ? [] : loose(/:\d/);
  if (isCall(command, ['go'], ['install']))
    return names.filter(name => name.includes('.') && !name.startsWith('.') && !name.includes('@'));
  return [];
}
