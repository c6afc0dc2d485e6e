import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Sample, treeOf } from '../../tree/index.ts';
import { certificateBundles, certificateDirectories } from './certificates.ts';
import type { SystemPath } from './evidence.ts';
import { iconvFiles, wantedCharsets } from './iconv.ts';
import { localeFiles, parseLocale, translationNames } from './locale.ts';
import { nameServiceFiles, nameServices } from './name-service.ts';
import { opensslFiles } from './openssl.ts';
import { osReleaseFiles, readOsRelease } from './os-release.ts';
import { pamFiles } from './pam.ts';
import { terminalFiles } from './terminal.ts';
import { timeZoneFiles, zoneDatabase } from './time-zone.ts';
import { readGroups, readUsers, shellFiles } from './users.ts';

const LIB = '/usr/lib/x86_64-linux-gnu';

function paths(found: readonly SystemPath[]): readonly string[] {
  return found.map(each => each.path).sort();
}

test('os-release is read without its quotes, from either place', () => {
  const tree = treeOf({
    '/etc/os-release': '-> ../usr/lib/os-release',
    '/usr/lib/os-release': '# c\nID=debian\nPRETTY_NAME="Debian \\"12\\""\nVERSION_ID=\'12\'\nnonsense\n',
  });
  assert.deepEqual(
    [...readOsRelease(tree)],
    [
      ['ID', 'debian'],
      ['PRETTY_NAME', 'Debian "12"'],
      ['VERSION_ID', '12'],
    ],
  );
  assert.deepEqual(paths(osReleaseFiles(tree)), ['/etc/os-release', '/usr/lib/os-release']);
});

test('users and groups are read, and lines with ids that do not fit are left out', () => {
  const tree = treeOf({
    '/etc/passwd':
      'root:x:0:0:root:/root:/bin/bash\nbig:x:4294967295:1::/:/x\nlong:x:99999999999:1::/:\nshort\nnobody:x:65534:65534::/:/usr/sbin/nologin\n',
    '/etc/group': 'root:x:0:\nwww:x:33:a,b\nbad:x:-1:\n',
    '/bin': '-> usr/bin',
    '/usr/bin/sh': '-> dash',
    '/usr/bin/dash': '',
    '/usr/bin/bash': '',
    '/usr/sbin/nologin': '',
  });
  assert.deepEqual(
    readUsers(tree).map(user => [user.name, user.uid, user.home, user.shell]),
    [
      ['root', 0, '/root', '/bin/bash'],
      ['nobody', 65534, '/', '/usr/sbin/nologin'],
    ],
  );
  assert.deepEqual(readGroups(tree)[1], { name: 'www', gid: 33, members: ['a', 'b'] });
  assert.deepEqual(paths(shellFiles(tree)), [
    '/bin',
    '/bin',
    '/usr/bin/bash',
    '/usr/bin/dash',
    '/usr/bin/sh',
  ]);
});

test('more than a million users are refused', () => {
  const tree = treeOf({ '/etc/passwd': '\n'.repeat(1_000_001) });
  assert.throws(() => readUsers(tree), { code: 'limit', message: /\/etc\/passwd/ });
});

test('the bundle of authorities is found with the links to it, and those of the environment', () => {
  const tree = treeOf({
    '/etc/ssl/certs/ca-certificates.crt': 'pem',
    '/usr/lib/ssl/cert.pem': '-> /etc/ssl/certs/ca-certificates.crt',
    '/app/own.pem': 'pem',
    '/etc/ssl/certs/abcdef01.0': '-> A.pem',
    '/etc/ssl/certs/A.pem': '-> /usr/share/ca-certificates/mozilla/A.crt',
    '/usr/share/ca-certificates/mozilla/A.crt': 'pem',
  });
  assert.deepEqual(
    paths(certificateBundles(tree, { NODE_EXTRA_CA_CERTS: '/app/own.pem', SSL_CERT_FILE: '/absent' })),
    ['/app/own.pem', '/etc/ssl/certs/ca-certificates.crt', '/usr/lib/ssl/cert.pem'],
  );
  assert.deepEqual(paths(certificateDirectories(tree, {})), [
    '/etc/ssl/certs',
    '/etc/ssl/certs/A.pem',
    '/etc/ssl/certs/abcdef01.0',
    '/etc/ssl/certs/ca-certificates.crt',
    '/usr/share/ca-certificates/mozilla/A.crt',
  ]);
});

const ZONES: Readonly<Record<string, Sample>> = {
  '/etc/localtime': '-> /usr/share/zoneinfo/Etc/UTC',
  '/usr/share/zoneinfo/Etc/UTC': 'TZif',
  '/usr/share/zoneinfo/Europe/Berlin': 'TZif',
  '/usr/share/zoneinfo/zone.tab': '',
  '/usr/share/zoneinfo/right/Europe/Berlin': 'TZif',
  '/usr/share/zoneinfo/posix': '-> .',
};

test('the time zone in use is that of TZ and of the system; a rule names no file', () => {
  const tree = treeOf(ZONES);
  assert.deepEqual(paths(timeZoneFiles(tree, { TZ: ':Europe/Berlin' })), [
    '/etc/localtime',
    '/usr/share/zoneinfo/Etc/UTC',
    '/usr/share/zoneinfo/Europe/Berlin',
  ]);
  assert.deepEqual(paths(timeZoneFiles(tree, { TZ: 'CET-1CEST,M3.5.0,M10.5.0/3' })), [
    '/etc/localtime',
    '/usr/share/zoneinfo/Etc/UTC',
  ]);
});

test('the database of time zones is told apart from its copies', () => {
  const found = zoneDatabase(treeOf(ZONES), {});
  assert.deepEqual(found.duplicates, ['/usr/share/zoneinfo/posix', '/usr/share/zoneinfo/right']);
  assert.ok(found.needed.some(each => each.path === '/usr/share/zoneinfo/zone.tab'));
  assert.ok(!found.needed.some(each => each.path.includes('/right/')));
});

test('name service modules are found by nsswitch.conf, stubs are not named', () => {
  const tree = treeOf({
    '/etc/nsswitch.conf':
      'passwd: files systemd # c\nhosts: files mdns4_minimal [NOTFOUND=return] dns ../x\n',
    '/etc/hosts': '',
    [`${LIB}/libnss_files.so.2`]: 'a stub',
    [`${LIB}/libnss_systemd.so.2`]: '_nss_systemd_getpwnam_r',
    [`${LIB}/libnss_hesiod.so.2`]: '_nss_hesiod_getpwnam_r',
  });
  assert.deepEqual(nameServices(tree), ['files', 'systemd', 'mdns4_minimal', 'dns']);
  assert.deepEqual(paths(nameServiceFiles(tree)), [
    '/etc/hosts',
    '/etc/nsswitch.conf',
    `${LIB}/libnss_systemd.so.2`,
  ]);
  assert.deepEqual(nameServices(treeOf({})), ['files', 'dns']);
});

test('a locale name is taken apart, and found in the spelling of glibc', () => {
  assert.deepEqual(parseLocale('de_AT.UTF-8@euro'), {
    language: 'de',
    territory: 'AT',
    charset: 'UTF-8',
    modifier: 'euro',
  });
  assert.equal(parseLocale('../../etc'), undefined);
  assert.deepEqual(translationNames(parseLocale('de_AT.UTF-8')!), ['de_AT', 'de']);
  assert.deepEqual(translationNames(parseLocale('C.UTF-8')!), []);
  const tree = treeOf({
    '/usr/lib/locale/C.utf8/LC_CTYPE': '',
    '/usr/lib/locale/de_AT.utf8/LC_CTYPE': '',
    '/usr/lib/locale/fr_FR.utf8/LC_CTYPE': '',
    '/usr/lib/locale/locale-archive': '',
  });
  assert.deepEqual(paths(localeFiles(tree, { LANG: 'de_AT.UTF-8' })), [
    '/usr/lib/locale/C.utf8',
    '/usr/lib/locale/C.utf8/LC_CTYPE',
    '/usr/lib/locale/de_AT.utf8',
    '/usr/lib/locale/de_AT.utf8/LC_CTYPE',
    '/usr/lib/locale/locale-archive',
  ]);
  assert.deepEqual(paths(localeFiles(tree, {})), [
    '/usr/lib/locale/C.utf8',
    '/usr/lib/locale/C.utf8/LC_CTYPE',
  ]);
});

test('iconv modules are found through aliases, those that are built in need none', () => {
  const tree = treeOf({
    [`${LIB}/gconv/gconv-modules`]:
      'alias LATIN-9// ISO-8859-15//\nalias a// b//\nalias b// a//\nmodule ISO-8859-15// INTERNAL ISO8859-15 1\n',
    [`${LIB}/gconv/gconv-modules.cache`]: '',
    [`${LIB}/gconv/ISO8859-15.so`]: '',
    [`${LIB}/gconv/EUC-JP.so`]: '',
  });
  assert.deepEqual(wantedCharsets({ LANG: 'de_DE.latin-9', LC_ALL: 'C' }), ['LATIN-9']);
  assert.deepEqual(paths(iconvFiles(tree, ['latin-9'])), [
    `${LIB}/gconv/ISO8859-15.so`,
    `${LIB}/gconv/gconv-modules`,
    `${LIB}/gconv/gconv-modules.cache`,
  ]);
  assert.deepEqual(iconvFiles(tree, ['UTF-8', 'ASCII']), []);
  assert.deepEqual(iconvFiles(tree, ['a', 'EUC-JP']), []);
});

test('a PAM service brings what it includes and the modules that they name', () => {
  const tree = treeOf({
    '/etc/pam.d/login':
      'auth [success=1 default=ignore] pam_faildelay.so delay=3\n-session optional pam_absent.so\n@include common\n',
    '/etc/pam.d/common': 'account required /opt/pam_own.so\nauth include login\n# auth required pam_no.so\n',
    '/etc/pam.d/su': 'auth sufficient pam_rootok.so\n',
    '/opt/pam_own.so': '',
    [`${LIB}/security/pam_faildelay.so`]: '',
    [`${LIB}/security/pam_rootok.so`]: '',
  });
  assert.deepEqual(paths(pamFiles(tree, ['login'])), [
    '/etc/pam.d/common',
    '/etc/pam.d/login',
    '/opt/pam_own.so',
    `${LIB}/security/pam_faildelay.so`,
  ]);
  assert.ok(paths(pamFiles(tree)).includes(`${LIB}/security/pam_rootok.so`));
});

test('where passwords are checked, so is the program that does it for who is not root', () => {
  const tree = treeOf({
    '/etc/pam.d/login': 'auth required pam_unix.so nullok\n',
    [`${LIB}/security/pam_unix.so`]: '',
    '/usr/sbin/unix_chkpwd': '',
  });
  assert.ok(paths(pamFiles(tree)).includes('/usr/sbin/unix_chkpwd'));
});

test('terminals are found by their first letter', () => {
  const tree = treeOf({
    '/usr/share/terminfo/x/xterm': '',
    '/lib/terminfo/s/screen': '',
    '/usr/share/terminfo/w/wy50': '',
  });
  assert.deepEqual(paths(terminalFiles(tree, { TERM: 'screen' })), [
    '/lib/terminfo/s/screen',
    '/usr/share/terminfo/x/xterm',
  ]);
  assert.deepEqual(paths(terminalFiles(tree, { TERM: '../../w/wy50' })), ['/usr/share/terminfo/x/xterm']);
});

test('libcrypto reads its configuration and may load its providers', () => {
  const tree = treeOf({
    '/usr/lib/ssl/openssl.cnf': '-> /etc/ssl/openssl.cnf',
    '/etc/ssl/openssl.cnf': '',
    [`${LIB}/ossl-modules/legacy.so`]: '',
    [`${LIB}/engines-3/afalg.so`]: '',
  });
  assert.deepEqual(paths(opensslFiles(tree, {})), [
    '/etc/ssl/openssl.cnf',
    '/usr/lib/ssl/openssl.cnf',
    `${LIB}/engines-3`,
    `${LIB}/engines-3/afalg.so`,
    `${LIB}/ossl-modules`,
    `${LIB}/ossl-modules/legacy.so`,
  ]);
});

test('circles of symlinks lead nowhere', () => {
  const tree = treeOf({
    '/etc/localtime': '-> /etc/localtime',
    '/etc/ssl/certs': '-> ../ssl/certs',
    '/usr/lib/locale/C.utf8/again': '-> ..',
  });
  assert.deepEqual(timeZoneFiles(tree, {}), []);
  assert.deepEqual(certificateDirectories(tree, {}), []);
  assert.deepEqual(paths(localeFiles(tree, {})), [
    '/usr/lib/locale',
    '/usr/lib/locale/C.utf8',
    '/usr/lib/locale/C.utf8/again',
  ]);
});
