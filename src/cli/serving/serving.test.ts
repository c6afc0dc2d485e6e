import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseMirror } from './mirrors.ts';

const SAMPAN = fileURLToPath(new URL('../../../bin/sampan', import.meta.url));

test('a mirror is a URL, with a prefix if wished', () => {
  const read = (text: string): readonly string[] => {
    const { prefix, url } = parseMirror(text);
    return [prefix, url.href];
  };
  deepEqual(read('https://registry.example'), ['', 'https://registry.example/']);
  deepEqual(read('docker.io=https://registry-1.docker.io'), ['docker.io', 'https://registry-1.docker.io/']);
  deepEqual(read('a/b=http://127.0.0.1:5001/path'), ['a/b', 'http://127.0.0.1:5001/path']);
  deepEqual(read('site=registry.example:5000'), ['site', 'https://registry.example:5000/']);
});

test('what is no mirror is refused, and a password in it is not repeated', () => {
  for (const bad of ['', 'UPPER=https://x', 'https://x?y=1', 'https://x#y', '_a=https://x', 'https://']) {
    throws(() => parseMirror(bad), { code: 'usage' }, bad);
  }
  throws(
    () => parseMirror('https://me:secret@registry.example'),
    (error: Error) => /name or password/.test(error.message) && !/secret/.test(error.message),
  );
});

test('doors that would stand open are refused before anything is made', t => {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-serving-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const store = ['serve', '--store', join(directory, 'store')];
  for (const [args, wanted] of [
    [['--listen', '0.0.0.0:0'], /open to the network/],
    [['--listen', '127.0.0.1:0', '--admin-listen', '0.0.0.0:0'], /open to the network, without a password/],
    [['--listen', '127.0.0.1:0', '--tls-cert', 'x'], /belong together/],
    [['--listen', '127.0.0.1:0', '--anonymous-pull'], /without --htpasswd/],
  ] as const) {
    const { status, stderr } = spawnSync(SAMPAN, [...store, ...args], { encoding: 'utf8', timeout: 30_000 });
    equal(status, 2, stderr);
    match(stderr, wanted);
  }
});
