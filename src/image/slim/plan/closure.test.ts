import { equal, ok } from 'node:assert/strict';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileContent } from '../../../core/bytes/index.ts';
import { type Sample, treeOf } from '../../tree/index.ts';
import { config, debian, has, mine, plan, program } from './testing/index.ts';

test('modules that are imported only inside a function are kept, with all on the way', () => {
  const python: Record<string, Sample> = {
    '/usr/bin/python3': program('interpreter'),
    '/usr/lib/python3.11/os.py': 'import stat\n',
    '/usr/lib/python3.11/stat.py': '',
    '/usr/lib/python3.11/unused.py': '',
    '/usr/lib/python3.11/json/__init__.py': 'from .decoder import x\n',
    '/usr/lib/python3.11/json/decoder.py': '',
    '/var/lib/dpkg/status': 'Package: py\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n',
    '/var/lib/dpkg/info/py.list': [
      '/usr/bin/python3',
      ...['os', 'stat', 'unused', 'json/__init__', 'json/decoder'].map(
        name => `/usr/lib/python3.11/${name}.py`,
      ),
    ].join('\n'),
    '/app/main.py': mine('import os\ndef later():\n    import json\n'),
  };
  const made = plan(treeOf(python), { config: config({ Cmd: ['python3', '/app/main.py'] }) });
  for (const path of [
    '/usr/bin/python3',
    '/usr/lib/python3.11/stat.py',
    '/usr/lib/python3.11/json/decoder.py',
  ])
    ok(has(made, path), path);
  ok(!has(made, '/usr/lib/python3.11/unused.py'));
});

const OWNED = [
  'bin/cat',
  ...['ld.so', 'libc.so.6', 'libunused.so.1'].map(name => `lib/x86_64-linux-gnu/${name}`),
].map(path => `/usr/${path}`);

const LIBRARIES = ['/lib64/ld-linux-x86-64.so.2', '/lib/x86_64-linux-gnu/libc.so.6'];

describe('machine code', {
  skip: LIBRARIES.concat('/bin/cat').every(path => existsSync(path)) ? false : 'no glibc for x86-64 here',
}, () => {
  test('is kept with its loader and libraries, and links to them', () => {
    const real = (path: string): Sample => ({
      kind: 'file',
      meta: { mode: 0o755, uid: 0, gid: 0, mtime: 1 },
      content: fileContent(realpathSync(path), statSync(path).size),
    });
    const tree = treeOf({
      ...debian(),
      '/var/lib/dpkg/info/other.list': OWNED.join('\n'),
      '/usr/bin/cat': real('/bin/cat'),
      '/lib64': '-> usr/lib64',
      '/usr/lib64/ld-linux-x86-64.so.2': '-> ../lib/x86_64-linux-gnu/ld.so',
      '/usr/lib/x86_64-linux-gnu/ld.so': real(LIBRARIES[0]!),
      '/usr/lib/x86_64-linux-gnu/libc.so.6': real(LIBRARIES[1]!),
      '/usr/lib/x86_64-linux-gnu/libunused.so.1': real(LIBRARIES[1]!),
    });
    for (const level of ['tight', 'balanced'] as const) {
      const made = plan(tree, { level, config: config({ Cmd: ['/usr/bin/cat'] }) });
      for (const path of [
        '/lib64',
        '/usr/lib64/ld-linux-x86-64.so.2',
        '/usr/lib/x86_64-linux-gnu/ld.so',
        '/usr/lib/x86_64-linux-gnu/libc.so.6',
      ])
        ok(has(made, path), path);
      equal(made.kept.get('/usr/lib/x86_64-linux-gnu/libunused.so.1'), undefined, level);
      equal(made.kept.get('/usr/lib/x86_64-linux-gnu/libc.so.6')?.kind, 'library');
    }
  });
});
