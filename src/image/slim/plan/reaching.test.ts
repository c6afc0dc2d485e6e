import { ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bytesContent } from '../../../core/bytes/index.ts';
import { type Sample, treeOf } from '../../tree/index.ts';
import { buildElf, type ElfRecipe } from '../../userland/elf/testing/index.ts';
import { config, debian, has, plan, program } from './testing/index.ts';

const code = (recipe: ElfRecipe, layer = 0): Sample => ({
  kind: 'file',
  layer,
  meta: { mode: 0o755, uid: 0, gid: 0, mtime: 1 },
  content: bytesContent(buildElf(recipe)),
});

const text = (...words: string[]): string => `${words.join('\0')}\0`;

describe('what a program of a package names', () => {
  const files = [
    '/usr/bin/other',
    '/usr/lib/other/plugins/late.so',
    '/usr/lib/other/plugins/late.h',
    '/usr/share/other/tables/german.stop',
    '/usr/share/doc/other/README',
    '/usr/share/locale/de/other.mo',
    '/etc/other.conf',
  ];
  const tree = treeOf({
    ...debian(),
    '/var/lib/dpkg/info/other.list': `/.\n/usr/share/other\n${files.join('\n')}\n`,
    ...Object.fromEntries(files.map(path => [path, ''])),
    '/usr/share/other/foreign': 'of no package',
    '/usr/bin/other': code({
      data: text(
        '/usr/lib/other/plugins',
        '/usr/share/other',
        '/usr/share/doc/other',
        '/usr/share/locale',
        '/etc/other.conf',
      ),
    }),
  });

  test('is kept when it is of the same package: plugins, tables, settings', () => {
    const made = plan(tree, { config: config({ Cmd: ['other'] }) });
    for (const path of [files[1]!, files[3]!, '/etc/other.conf']) ok(has(made, path), path);
  });

  test('is left out when it is waste, for building, shared, or of nobody', () => {
    const made = plan(tree, { config: config({ Cmd: ['other'] }) });
    for (const path of [files[2]!, files[4]!, files[5]!, '/usr/share/other/foreign'])
      ok(!has(made, path), path);
  });

  test('is left out when everything is by evidence, and when nothing starts the program', () => {
    ok(!has(plan(tree, { config: config({ Cmd: ['other'] }), level: 'tight' }), files[1]!));
    ok(!has(plan(tree, { config: config({ Cmd: ['tool'] }) }), files[1]!));
  });
});

test('a plugin that brings a huge library is left to evidence', () => {
  const files = [
    '/usr/bin/other',
    '/usr/lib/other/jit.so',
    '/usr/lib/other/small.so',
    '/usr/lib/libhuge.so.1',
  ];
  const huge = { size: 64 << 20, pieces: [{ kind: 'zeros' as const, size: 64 << 20 }] };
  const elf = buildElf({ soname: 'libhuge.so.1' });
  const tree = treeOf({
    ...debian(),
    '/var/lib/dpkg/info/other.list': `/.\n${files.join('\n')}\n`,
    '/usr/bin/other': code({ data: text('/usr/lib/other') }),
    '/usr/lib/other/jit.so': code({ needed: ['libhuge.so.1'] }),
    '/usr/lib/other/small.so': code({}),
    '/usr/lib/libhuge.so.1': {
      kind: 'file',
      meta: { mode: 0o644, uid: 0, gid: 0, mtime: 1 },
      content: {
        size: elf.length + huge.size,
        pieces: [{ kind: 'bytes', bytes: elf, size: elf.length }, ...huge.pieces],
      },
    },
  });
  const made = plan(tree, { config: config({ Cmd: ['other'] }) });
  ok(has(made, '/usr/lib/other/small.so'));
  ok(!has(made, '/usr/lib/other/jit.so') && !has(made, '/usr/lib/libhuge.so.1'));
});

test("command lines in the user's own program are followed, if it can start any", () => {
  const files = { ...debian(), '/usr/bin/date': program('date'), '/usr/bin/sort': program('sort') };
  const calling = (imports: string[]): ReturnType<typeof plan> =>
    plan(treeOf({ ...files, '/app/run': code({ imports, data: text('hello', 'date -u | sort -r') }, 1) }), {
      config: config({ Cmd: ['/app/run'] }),
    });
  const made = calling(['popen']);
  ok(has(made, '/usr/bin/date') && has(made, '/usr/bin/sort'));
  ok(!has(calling(['puts']), '/usr/bin/date'));
});

test("the character sets that the user's program names are kept, with what knows them", () => {
  const gconv = '/usr/lib/x86_64-linux-gnu/gconv';
  const files = {
    ...debian(),
    '/var/lib/dpkg/info/other.list': `/usr/lib/x86_64-linux-gnu\n${gconv}/EUC-KR.so\n`,
    [`${gconv}/gconv-modules`]:
      'alias MS_KANJI// SJIS//\nmodule SJIS// INTERNAL SJIS 1\nmodule EUC-KR// INTERNAL EUC-KR 1\n',
    [`${gconv}/SJIS.so`]: 'sjis',
    [`${gconv}/EUC-KR.so`]: 'euc-kr',
  };
  const naming = (imports: string[]): ReturnType<typeof plan> =>
    plan(treeOf({ ...files, '/app/run': code({ imports, data: text('ms_kanji') }, 1) }), {
      config: config({ Cmd: ['/app/run'] }),
    });
  const made = naming(['iconv_open']);
  ok(has(made, `${gconv}/SJIS.so`) && has(made, `${gconv}/gconv-modules`));
  ok(!has(made, `${gconv}/EUC-KR.so`));
  ok(!has(naming(['puts']), `${gconv}/SJIS.so`));
});
