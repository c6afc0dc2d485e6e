import { posix } from 'node:path';
import type { Tree } from '../../tree/index.ts';
import {
  type Environment,
  libraryDirectories,
  reached,
  reachedBelow,
  type SystemPath,
  unique,
} from './evidence.ts';

const CONFIGURATIONS = [
  '/usr/lib/ssl/openssl.cnf',
  '/etc/ssl/openssl.cnf',
  '/etc/pki/tls/openssl.cnf',
  '/etc/crypto-policies/back-ends/opensslcnf.config',
];

/**
 * What libcrypto reads or loads by itself: its configuration (config(5)), and the providers and
 * engines that a configuration or a program can ask for by name.
 */
export function opensslFiles(tree: Tree, env: Environment): readonly SystemPath[] {
  const modules = libraryDirectories(tree).flatMap(directory =>
    tree
      .list(directory)
      .filter(name => /^(ossl-modules|engines-\d[\d.]*)$/.test(name))
      .flatMap(name => reachedBelow(tree, posix.join(directory, name), 'libcrypto loads it by its name')),
  );
  return unique([
    ...reached(tree, env.OPENSSL_CONF ?? '', 'OPENSSL_CONF names it'),
    ...CONFIGURATIONS.flatMap(path => reached(tree, path, 'libcrypto reads it when it starts')),
    ...modules,
  ]);
}
