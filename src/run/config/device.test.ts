import { deepEqual, throws } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { formatDeviceDocument, parseDeviceDocument, readDeviceDirectory } from './device.ts';
import { intervalOf } from './source.ts';

function scratch(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-config-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function documentOf(files: Readonly<Record<string, string>>, variables = {}): Buffer {
  return Buffer.from(JSON.stringify({ schema: 'sampan.device/1', variables, files }));
}

test('a directory says variables and files', t => {
  const directory = scratch(t);
  mkdirSync(join(directory, 'files/app'), { recursive: true });
  writeFileSync(join(directory, 'variables.env'), '# of this device\nSITE=north\nRATE="5"\n');
  writeFileSync(join(directory, 'files/app/settings.json'), '{}');
  symlinkSync('/etc/shadow', join(directory, 'files/app/stolen'));
  const { variables, files } = readDeviceDirectory(directory);
  deepEqual(
    [...variables],
    [
      ['SITE', 'north'],
      ['RATE', '5'],
    ],
  );
  deepEqual([...files.keys()], ['app/settings.json']);
});

test('a directory with nonsense in it, or too much, is refused', t => {
  const directory = scratch(t);
  writeFileSync(join(directory, 'variables.env'), '!!!\n');
  throws(() => readDeviceDirectory(directory), /variables\.env:1/);
  writeFileSync(join(directory, 'variables.env'), Buffer.alloc(5 << 20, 'A=1\n'));
  throws(
    () => readDeviceDirectory(directory),
    error => isSampanError(error, 'limit'),
  );
  throws(
    () => readDeviceDirectory(join(directory, 'away')),
    error => isSampanError(error, 'not-found'),
  );
});

test('a document is read, and the same configuration has the same bytes', () => {
  const config = parseDeviceDocument(
    Buffer.from(
      '{"schema":"sampan.device/1","variables":{"A":"1"},"files":{"b/c":{"base64":"AAE="},"a":"x"}}',
    ),
  );
  deepEqual(config.files.get('b/c'), Buffer.from([0, 1]));
  const bytes = formatDeviceDocument(config);
  deepEqual(formatDeviceDocument(parseDeviceDocument(bytes)), bytes);
});

test('hostile documents are refused', () => {
  const wrong = [
    '<html>log in</html>',
    '[]',
    'null',
    '{}',
    '{"schema":"sampan.device/2"}',
    '{"schema":"sampan.device/1","extra":1}',
    '{"schema":"sampan.device/1","variables":{"A B":"1"}}',
    '{"schema":"sampan.device/1","variables":{"A":1}}',
    '{"schema":"sampan.device/1","variables":{"A":"\\u0000"}}',
    '{"schema":"sampan.device/1","files":{"x":{"base64":"!"}}}',
    ...['/etc/passwd', '../x', 'a/../../x', 'a//b', './a', '..now', 'a\\\\b', 'a\\nb', '', 'a/'].map(
      path => `{"schema":"sampan.device/1","files":{"${path}":"x"}}`,
    ),
  ];
  for (const text of wrong)
    throws(
      () => parseDeviceDocument(Buffer.from(text)),
      error => isSampanError(error, 'invalid'),
      text,
    );
  throws(
    () => parseDeviceDocument(Buffer.from([0x7b, 0xff, 0x7d])),
    error => isSampanError(error, 'invalid'),
  );
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, '']));
  throws(
    () => parseDeviceDocument(documentOf(many)),
    error => isSampanError(error, 'limit'),
  );
  throws(
    () => parseDeviceDocument(Buffer.alloc(5 << 20, 32)),
    error => isSampanError(error, 'limit'),
  );
});

test('intervals are read', () => {
  deepEqual([intervalOf(undefined), intervalOf('5m'), intervalOf('10ms')], [60_000, 300_000, 1000]);
  throws(() => intervalOf('soon'), /30s/);
});
