import { posix } from 'node:path';
import type { Tree } from '../../tree/index.ts';
import { type Environment, reached, reachedBelow, type SystemPath, unique } from './evidence.ts';

/** Bundles: one file with all authorities. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/ssl/cert.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/certs/ca-bundle.crt',
  '/etc/ssl/certs/java/cacerts',
  '/etc/pki/tls/cert.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/java/cacerts',
  '/usr/lib/ssl/cert.pem',
  '/usr/lib/ssl/certs',
  '/usr/local/etc/openssl/cert.pem',
];

/** Directories: a file for each authority, and links by the hash of its name. */
const DIRECTORIES = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

const FILE_VARIABLES = [
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'AWS_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH',
];

/** The bundles of certificate authorities that are there, and those that the environment names. */
export function certificateBundles(tree: Tree, env: Environment): readonly SystemPath[] {
  const named = FILE_VARIABLES.flatMap(name =>
    reached(tree, env[name] ?? '', `${name} names it as the certificate authorities`),
  );
  const known = BUNDLES.flatMap(path => reached(tree, path, 'certificate authorities for TLS'));
  return unique([...named, ...known, ...javaStores(tree, env)]);
}

/**
 * The directories of certificate authorities with all that is in them, the targets of their links
 * (`/usr/share/ca-certificates`) too. OpenSSL looks up a certificate there by its hash, but only
 * when its bundle does not have it.
 */
export function certificateDirectories(tree: Tree, env: Environment): readonly SystemPath[] {
  const named = (env.SSL_CERT_DIR ?? '').split(':').filter(path => path.startsWith('/'));
  return unique(
    [...named, ...DIRECTORIES].flatMap(path =>
      reachedBelow(tree, path, 'certificate authorities, one by one'),
    ),
  );
}

function javaStores(tree: Tree, env: Environment): readonly SystemPath[] {
  const homes = [
    ...(env.JAVA_HOME === undefined ? [] : [env.JAVA_HOME]),
    ...tree.list('/usr/lib/jvm').map(name => posix.join('/usr/lib/jvm', name)),
    ...tree.list('/opt').map(name => posix.join('/opt', name)),
  ];
  return homes.flatMap(home =>
    ['lib/security/cacerts', 'jre/lib/security/cacerts'].flatMap(name =>
      reached(tree, posix.join(home, name), 'certificate authorities of Java'),
    ),
  );
}
