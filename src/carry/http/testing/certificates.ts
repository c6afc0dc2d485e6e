import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate authority and what it signed, as PEM; made anew for each test, with OpenSSL. */
export interface TestCertificates {
  readonly caPath: string;
  readonly ca: string;
  readonly server: { readonly key: string; readonly cert: string };
  readonly client: { readonly key: string; readonly cert: string };
}

/** Makes certificates in a directory: for a server that is `127.0.0.1` and `registry.test`, and for a client. */
export function testCertificates(directory: string): TestCertificates {
  const at = (name: string): string => join(directory, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '2',
    '-subj',
    '/CN=Test CA',
  );
  writeFileSync(at('server.ext'), 'subjectAltName=IP:127.0.0.1,DNS:registry.test,DNS:localhost\n');
  writeFileSync(at('client.ext'), 'extendedKeyUsage=clientAuth\n');
  const read = (name: string): string => readFileSync(at(name), 'utf8');
  const signed = (name: string): { key: string; cert: string } => {
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const from = ['-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
    openssl('x509', '-req', ...from, '-out', `${name}.cert`, '-days', '2', '-extfile', `${name}.ext`);
    return { key: read(`${name}.key`), cert: read(`${name}.cert`) };
  };
  return { caPath: at('ca.crt'), ca: read('ca.crt'), server: signed('server'), client: signed('client') };
}
