import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isSampanError } from '../../../core/errors/index.ts';
import { type Sample, treeOf } from '../../tree/index.ts';
import { librariesIn } from './index.ts';
import { close, GLIBC, library, MUSL, paths, program } from './test-trees.ts';

describe('the closure of a program of musl', () => {
  const files = {
    [MUSL]: library('libc.musl-x86_64.so.1'),
    '/lib/libc.musl-x86_64.so.1': '-> ld-musl-x86_64.so.1',
    '/app/main': program({
      interpreter: MUSL,
      needed: ['libc.musl-x86_64.so.1', 'liba.so'],
      runpath: '/app/lib',
    }),
    '/app/lib/liba.so': library('liba.so', { needed: ['libdeep.so', 'libm.so.6'] }),
    '/app/lib/libdeep.so': library('libdeep.so'),
    '/usr/local/lib/libenv.so': library('libenv.so'),
  };

  test('hands DT_RUNPATH down, and answers libc and its parts with the loader', () => {
    const closure = close(files, '/app/main');
    assert.deepEqual(closure.missing, []);
    assert.deepEqual(paths(closure), ['/app/lib/liba.so', '/app/lib/libdeep.so', '/app/main', MUSL]);
    const vias = closure.files.get(MUSL)?.reasons.flatMap(reason => reason.via);
    assert.deepEqual(vias, ['/lib/libc.musl-x86_64.so.1']);
  });

  test('reads its path file instead of its own directories', () => {
    const main = program({ interpreter: MUSL, needed: ['libenv.so'] });
    assert.deepEqual(close({ ...files, '/app/main': main }, '/app/main').missing, []);
    const withFile = { ...files, '/app/main': main, '/etc/ld-musl-x86_64.path': '/lib\n/opt/lib:/usr/lib\n' };
    const closure = close(withFile, '/app/main');
    assert.deepEqual(
      closure.missing.map(missing => missing.name),
      ['libenv.so'],
    );
    assert.deepEqual(closure.configuration, ['/etc/ld-musl-x86_64.path']);
  });

  test('is the likely one for a library that was linked with musl', () => {
    const both = { ...GLIBC, ...files, '/lib': '/' };
    const plugin = library('plugin.so', { needed: ['libc.musl-x86_64.so.1'] });
    const closure = close({ ...both, '/app/plugin.so': plugin }, '/app/plugin.so');
    assert.ok(closure.files.has(MUSL));
  });
});

describe('dlopenCandidates', () => {
  test('gives the libraries that are named in the data of a file and are there', () => {
    const files = {
      ...GLIBC,
      '/app/main': program({
        needed: ['libc.so.6'],
        data: 'libc.so.6\0libplug.so.1\0libnone.so\0libplug.so.1\0',
      }),
      '/usr/lib/libplug.so.1': '-> libplug.so.1.2',
      '/usr/lib/libplug.so.1.2': library('libplug.so.1'),
    };
    const candidates = librariesIn(treeOf(files)).dlopenCandidates('/app/main');
    assert.deepEqual(
      candidates.map(candidate => candidate.path),
      ['/usr/lib/libplug.so.1.2'],
    );
    assert.deepEqual(candidates[0]?.reason.via, ['/lib', '/usr/lib/libplug.so.1']);
  });
});

describe('hostile trees', () => {
  const names = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${prefix}${i}.so`);
  const rpath = (first: string) => [first, ...Array.from({ length: 200 }, (_, i) => `/d${i}`)].join(':');

  test('many libraries that all miss the same ones are searched once', () => {
    const files: Record<string, Sample> = {
      ...GLIBC,
      '/app/main': program({ needed: names('lib', 100), rpath: rpath('/d') }),
    };
    for (const name of names('lib', 100))
      files[`/d199/${name}`] = library(name, { needed: names('more', 200) });
    assert.equal(close(files, '/app/main').missing.length, 100 * 200);
  });

  test('a tree made to be searched forever ends with an error', () => {
    const files: Record<string, Sample> = {
      ...GLIBC,
      '/app/main': program({ needed: names('lib', 50), rpath: '/d199' }),
    };
    for (const name of names('lib', 50)) {
      files[`/d199/${name}`] = library(name, { needed: names('more', 200), rpath: rpath(`/${name}`) });
    }
    assert.throws(
      () => close(files, '/app/main', { maxLookups: 100_000 }),
      (error: unknown) => isSampanError(error, 'limit'),
    );
  });

  test('symlinks in a circle lead nowhere', () => {
    const files = {
      ...GLIBC,
      '/app/main': program({ needed: ['libx.so'] }),
      '/usr/lib/libx.so': '-> libx.so',
    };
    assert.deepEqual(
      close(files, '/app/main').missing.map(missing => missing.name),
      ['libx.so'],
    );
  });
});
