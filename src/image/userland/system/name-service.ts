import { posix } from 'node:path';
import { readContent } from '../../../core/bytes/index.ts';
import type { Tree } from '../../tree/index.ts';
import { lines, readText } from '../reading/index.ts';
import { libraryDirectories, reached, type SystemPath, unique } from './evidence.ts';

const CONFIGURATION = '/etc/nsswitch.conf';
/** What glibc does without a configuration file (nsswitch.conf(5)). */
const DEFAULTS = ['files', 'dns'];
const TABLES = [
  '/etc/hosts',
  '/etc/host.conf',
  '/etc/protocols',
  '/etc/services',
  '/etc/gai.conf',
  '/etc/resolv.conf',
];
const MODULE_MAX_BYTES = 4 << 20;

/** The services that nsswitch.conf(5) names, each once, in its order; glibc's defaults without one. */
export function nameServices(tree: Tree): readonly string[] {
  const text = readText(tree, CONFIGURATION, 1 << 20);
  if (text === undefined) return DEFAULTS;
  const named = lines(text).flatMap(line => {
    const [, services = ''] = /^[\w-]+:(.*)$/.exec(line) ?? [];
    return services.replace(/\[[^\]]*\]/g, ' ').split(/\s+/);
  });
  return [...new Set(named.filter(name => /^\w[\w-]*$/.test(name)))];
}

/**
 * The configuration of name look-ups, their tables, and the modules that glibc loads for them with
 * `dlopen`: `libnss_X.so.2`. Since glibc 2.34 `files` and `dns` are part of libc; the stubs that
 * are left of them are not named.
 */
export function nameServiceFiles(tree: Tree): readonly SystemPath[] {
  const directories = libraryDirectories(tree);
  const modules = nameServices(tree).flatMap(name =>
    directories
      .map(directory => posix.join(directory, `libnss_${name}.so.2`))
      .filter(path => serves(tree, path, name))
      .flatMap(path => reached(tree, path, `${CONFIGURATION} names the service ${name}`)),
  );
  return unique([
    ...reached(tree, CONFIGURATION, 'says where names are looked up'),
    ...TABLES.flatMap(path => reached(tree, path, 'names are looked up in it')),
    ...modules,
  ]);
}

/** A module has functions with the name of its service; a stub has none. */
function serves(tree: Tree, path: string, name: string): boolean {
  const node = tree.resolve(path)?.node;
  if (node?.kind !== 'file') return false;
  if (node.content.size > MODULE_MAX_BYTES) return true;
  return readContent(node.content, MODULE_MAX_BYTES).includes(`_nss_${name}_`);
}
