import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { treeOf } from '../../tree/index.ts';
import { buildElf, type ElfRecipe } from '../elf/testing/index.ts';
import { chainTo, configuredDirectories, librariesIn } from './index.ts';
import { close, GLIBC, LOADER, library, others, paths, program } from './test-trees.ts';

describe('the closure of a program of glibc', () => {
  test('has the loader and every library, with the symlinks on the way', () => {
    const files = {
      ...GLIBC,
      '/app/main': program({ needed: ['libssl.so.3', 'libc.so.6'] }),
      '/usr/lib/x86_64-linux-gnu/libssl.so.3': '-> libssl.so.3.0.1',
      '/usr/lib/x86_64-linux-gnu/libssl.so.3.0.1': library('libssl.so.3', { needed: ['libcrypto.so.3'] }),
      '/usr/lib/x86_64-linux-gnu/libcrypto.so.3': library('libcrypto.so.3', { needed: ['libc.so.6'] }),
    };
    const closure = close(files, '/app/main');
    assert.deepEqual(closure.missing, []);
    assert.deepEqual(paths(closure), [
      '/app/main',
      '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
      '/usr/lib/x86_64-linux-gnu/libc.so.6',
      '/usr/lib/x86_64-linux-gnu/libcrypto.so.3',
      '/usr/lib/x86_64-linux-gnu/libssl.so.3.0.1',
    ]);
    const chain = chainTo(closure, '/usr/lib/x86_64-linux-gnu/libcrypto.so.3');
    assert.deepEqual(
      chain.map(reason => `${reason.role} ${reason.name}`),
      ['root /app/main', 'needed libssl.so.3', 'needed libcrypto.so.3'],
    );
    assert.deepEqual(chain[1]?.via, ['/lib', '/usr/lib/x86_64-linux-gnu/libssl.so.3']);
    const loader = closure.files.get('/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2');
    assert.deepEqual(loader?.reasons[0]?.via, ['/lib64', '/usr/lib64/ld-linux-x86-64.so.2']);
  });

  test('says what is missing, and does not throw', () => {
    const closure = close({ '/app/main': program({ needed: ['libnone.so.1'] }) }, '/app/main');
    assert.deepEqual(closure.missing, [
      { role: 'interpreter', name: LOADER, from: '/app/main' },
      { role: 'needed', name: 'libnone.so.1', from: '/app/main' },
    ]);
  });

  test('hands DT_RPATH down to libraries, and does not where they have DT_RUNPATH', () => {
    const files = (plugin: ElfRecipe) => ({
      ...GLIBC,
      '/app/main': program({ needed: ['libplugin.so'], rpath: '$ORIGIN/lib' }),
      '/app/lib/libplugin.so': library('libplugin.so', { needed: ['libdeep.so'], ...plugin }),
      '/app/lib/libdeep.so': library('libdeep.so'),
    });
    assert.deepEqual(others(close(files({}), '/app/main')), ['/app/lib/libdeep.so', '/app/lib/libplugin.so']);
    const closure = close(files({ runpath: '/nowhere' }), '/app/main');
    assert.deepEqual(closure.missing, [
      { role: 'needed', name: 'libdeep.so', from: '/app/lib/libplugin.so' },
    ]);
  });

  test('does not hand DT_RUNPATH down, and ignores DT_RPATH beside it', () => {
    const files = {
      ...GLIBC,
      '/app/main': program({ needed: ['liba.so', 'libb.so'], rpath: '/app/b', runpath: '/app/a' }),
      '/app/a/liba.so': library('liba.so', { needed: ['libdeep.so'] }),
      '/app/a/libdeep.so': library('libdeep.so'),
      '/app/b/libb.so': library('libb.so'),
    };
    const names = close(files, '/app/main').missing.map(missing => missing.name);
    assert.deepEqual(names, ['libb.so', 'libdeep.so']);
  });

  test('searches DT_RPATH, then LD_LIBRARY_PATH, then DT_RUNPATH, then its own directories', () => {
    const where = { '/r/libx.so': 'r', '/e/libx.so': 'e', '/u/libx.so': 'u', '/usr/lib/libx.so': 'd' };
    const order = (there: readonly string[], recipe: ElfRecipe): string | undefined => {
      const libraries = Object.fromEntries(there.map(path => [path, library('libx.so')]));
      const files = { ...GLIBC, ...libraries, '/app/main': program({ needed: ['libx.so'], ...recipe }) };
      return others(close(files, '/app/main', { environment: { LD_LIBRARY_PATH: '/none:/e' } }))[0];
    };
    const all = Object.keys(where);
    assert.equal(order(all, { rpath: '/r' }), '/r/libx.so');
    assert.equal(order(all, { runpath: '/u' }), '/e/libx.so');
    assert.equal(
      order(
        all.filter(path => path !== '/e/libx.so'),
        { runpath: '/u' },
      ),
      '/u/libx.so',
    );
    assert.equal(order(['/usr/lib/libx.so'], { runpath: '/u' }), '/usr/lib/libx.so');
  });

  test('expands $ORIGIN to where a file is and to where it was opened, $LIB and $PLATFORM', () => {
    const files = {
      ...GLIBC,
      '/usr/bin/main': '-> /app/bin/main',
      '/app/bin/main': program({
        needed: ['liba.so', 'libl.so', 'libp.so'],
        runpath: '${ORIGIN}/../lib:/opt/$LIB:/opt/$PLATFORM',
      }),
      '/app/lib/liba.so': library('liba.so'),
      '/opt/lib64/libl.so': library('libl.so'),
      '/opt/haswell/libp.so': library('libp.so'),
    };
    const closure = close(files, '/usr/bin/main');
    assert.deepEqual(closure.missing, []);
    assert.deepEqual(closure.files.get('/app/bin/main')?.reasons[0]?.via, ['/usr/bin/main']);
  });

  test('passes over a library of another class or machine', () => {
    const files = {
      ...GLIBC,
      '/app/main': program({ needed: ['libx.so'] }),
      '/one/libx.so': library('libx.so', { bits: 32, machine: 3 }),
      '/two/libx.so': library('libx.so', { machine: 183 }),
      '/three/libx.so': 'INPUT(libx.so.1)',
      '/four/libx.so': library('libx.so'),
    };
    const environment = { LD_LIBRARY_PATH: '/one:/two:/three:/four' };
    assert.deepEqual(others(close(files, '/app/main', { environment })), ['/four/libx.so']);
  });

  test('keeps what some processors take instead', () => {
    const files = {
      ...GLIBC,
      '/app/main': program({ needed: ['libx.so'] }),
      '/usr/lib/libx.so': library('libx.so'),
      '/usr/lib/glibc-hwcaps/x86-64-v3/libx.so': library('libx.so', { needed: ['libfast.so'] }),
      '/usr/lib/libfast.so': library('libfast.so'),
    };
    const closure = close(files, '/app/main');
    assert.deepEqual(others(closure), [
      '/usr/lib/glibc-hwcaps/x86-64-v3/libx.so',
      '/usr/lib/libfast.so',
      '/usr/lib/libx.so',
    ]);
    assert.equal(closure.files.get('/usr/lib/glibc-hwcaps/x86-64-v3/libx.so')?.reasons[0]?.role, 'variant');
  });

  test('takes preloaded libraries from the environment and from the file of glibc', () => {
    const files = {
      ...GLIBC,
      '/app/main': program({ needed: ['libc.so.6'] }),
      '/opt/libone.so': library('libone.so'),
      '/usr/lib/libtwo.so': library('libtwo.so'),
      '/usr/lib/libthree.so': library('libthree.so'),
      '/etc/ld.so.preload': '# comment\nlibthree.so',
    };
    const environment = { LD_PRELOAD: '/opt/libone.so libtwo.so:libnone.so' };
    const closure = close(files, '/app/main', { environment });
    assert.deepEqual(others(closure), ['/opt/libone.so', '/usr/lib/libthree.so', '/usr/lib/libtwo.so']);
    assert.deepEqual(closure.missing, [{ role: 'preload', name: 'libnone.so', from: undefined }]);
  });

  test('asks the loader itself for its directories', () => {
    const text = 'x\0/gnu/store/lib/\0/gnu/other/lib/\0';
    const files = {
      '/gnu/ld.so': buildElf({ soname: 'ld.so', data: text }),
      '/app/main': program({ interpreter: '/gnu/ld.so', needed: ['libx.so', 'liby.so'] }),
      '/gnu/other/lib/libx.so': library('libx.so'),
      '/usr/lib/liby.so': library('liby.so'),
    };
    const closure = close(files, '/app/main');
    assert.ok(closure.files.has('/gnu/other/lib/libx.so'));
    assert.deepEqual(
      closure.missing.map(missing => missing.name),
      ['liby.so'],
    );
  });

  test('looks where ld.so.conf says when nothing else has it', () => {
    const files = {
      ...GLIBC,
      '/app/main': program({ needed: ['libx.so'] }),
      '/etc/ld.so.conf': 'include /etc/ld.so.conf.d/*.conf\n/last # comment\n',
      '/etc/ld.so.conf.d/a.conf': '/opt/x/lib\n',
      '/etc/ld.so.conf.d/b.conf': 'include /etc/ld.so.conf\n/opt/y/lib',
      '/etc/ld.so.conf.d/c.txt': '/opt/z/lib',
      '/opt/x/lib/libx.so': library('libx.so'),
    };
    assert.deepEqual(configuredDirectories(treeOf(files)), ['/opt/x/lib', '/opt/y/lib', '/last']);
    const closure = close(files, '/app/main');
    assert.equal(closure.files.get('/opt/x/lib/libx.so')?.reasons[0]?.foundBy, 'configuration');
  });

  test('needs nothing for a static program, and passes over what is not ELF', () => {
    const files = { '/app/main': buildElf({ type: 2, isStatic: true }), '/app/script': '#!/bin/sh\n' };
    assert.deepEqual(paths(librariesIn(treeOf(files)).closure(['/app/main', '/app/script', '/none'])), [
      '/app/main',
    ]);
  });

  test('ends where libraries need each other', () => {
    const files = {
      ...GLIBC,
      '/app/main': program({ needed: ['liba.so'] }),
      '/usr/lib/liba.so': library('liba.so', { needed: ['libb.so', 'libother.so'] }),
      '/usr/lib/libother.so': '-> libb.so',
      '/usr/lib/libb.so': library('libb.so', { needed: ['liba.so'] }),
    };
    const closure = close(files, '/app/main');
    assert.deepEqual(others(closure), ['/usr/lib/liba.so', '/usr/lib/libb.so']);
    assert.ok(closure.files.get('/usr/lib/libb.so')?.reasons.some(reason => reason.name === 'libother.so'));
  });
});
