import { posix } from 'node:path';
import type { Tree } from '../../tree/index.ts';
import { lines, readText } from '../reading/index.ts';
import { libraryDirectories, reached, type SystemPath, unique } from './evidence.ts';

const SERVICES = '/etc/pam.d';
/** What modules start to check a password where the app itself is not root. */
const CHECKERS = ['/usr/sbin/unix_chkpwd', '/sbin/unix_chkpwd'];

/**
 * The files of PAM services (pam.d(5)), those that they include, and the modules that they name.
 * Without `services` all of them. An unknown service is `other`.
 */
export function pamFiles(
  tree: Tree,
  services: readonly string[] = tree.list(SERVICES),
): readonly SystemPath[] {
  const directories = libraryDirectories(tree).map(path => posix.join(path, 'security'));
  const found: SystemPath[] = [];
  const queued = new Set(services.map(name => (tree.list(SERVICES).includes(name) ? name : 'other')));
  for (const service of queued) {
    const path = posix.join(SERVICES, service);
    found.push(...reached(tree, path, `the PAM service ${service}`));
    for (const rule of lines(readText(tree, path, 1 << 20)).map(parseRule)) {
      if (rule.includes !== undefined) queued.add(posix.basename(rule.includes));
      if (rule.module !== undefined) found.push(...moduleFiles(tree, directories, rule.module, service));
    }
  }
  const isUnix = found.some(each => posix.basename(each.path) === 'pam_unix.so');
  const checkers = isUnix ? CHECKERS.flatMap(path => reached(tree, path, 'pam_unix starts it')) : [];
  return unique([...found, ...checkers]);
}

/** What a line asks for. */
interface PamRule {
  readonly includes?: string;
  readonly module?: string;
}

function parseRule(line: string): PamRule {
  const included = /^@include\s+(\S+)/.exec(line)?.[1];
  if (included !== undefined) return { includes: included };
  const [, control = '', argument = ''] = /^-?\w+\s+(\[[^\]]*\]|\S+)\s+(\S+)/.exec(line) ?? [];
  if (argument === '') return {};
  return control === 'include' || control === 'substack' ? { includes: argument } : { module: argument };
}

function moduleFiles(
  tree: Tree,
  directories: readonly string[],
  module: string,
  service: string,
): readonly SystemPath[] {
  const paths = module.startsWith('/') ? [module] : directories.map(path => posix.join(path, module));
  return paths.flatMap(path => reached(tree, path, `the PAM service ${service} names it`));
}
