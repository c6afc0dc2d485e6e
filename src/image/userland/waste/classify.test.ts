import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../../tree/index.ts';
import type { OsPackage } from '../packages/os/index.ts';
import { wasteFinder } from './classify.ts';
import { WASTE_RULES } from './rules.ts';
import { surroundingsOf } from './surroundings.ts';

const directories = [
  '/app',
  '/app/node_modules/x',
  '/app/node_modules/x/.git',
  '/app/node_modules/x/test/deep',
  '/etc',
  '/go/pkg/mod',
  '/root/.cache/pip/http',
  '/tmp/npm-1',
  '/usr/bin',
  '/usr/include',
  '/usr/include/python3.11',
  '/usr/lib/gcc/x86_64-linux-gnu/12',
  '/usr/lib/python3/dist-packages/a/__pycache__',
  '/usr/lib/python3/dist-packages/a/tests',
  '/usr/lib/systemd/system',
  '/usr/local/go/src/fmt',
  '/usr/share/doc/x',
  '/usr/share/locale/fr/LC_MESSAGES',
  '/usr/share/zoneinfo/right',
  '/var/lib/apt/lists',
  '/var/lib/dpkg/info',
  '/var/log',
];

function packageOf(section: string, name: string): OsPackage {
  const lists = { depends: [], provides: [], files: [], directories: [], conffiles: [] };
  return {
    manager: 'dpkg',
    name,
    version: '1',
    architecture: 'amd64',
    section,
    essential: false,
    installedSize: 0,
    raw: '',
    ...lists,
  };
}

test('the order in which paths are asked for changes nothing: the first rule that fits counts', () => {
  const names = [
    'a.h',
    'pyconfig.h',
    'b.js.map',
    'README.md',
    'index.d.ts',
    'cc1',
    'gcc',
    'x.pyc',
    'copyright',
    'x.so.1',
    '.npmignore',
  ];
  const paths = directories.flatMap(directory => names.map(name => `${directory}/${name}`));
  const tree = treeOf(Object.fromEntries(paths.map(path => [path, 'x'])));
  const around = surroundingsOf({ tree, env: {}, databases: [], languages: [] });
  const find = wasteFinder(around);
  const owners = [undefined, packageOf('libdevel', 'x-dev'), packageOf('vcs', 'git'), packageOf('libs', 'x')];
  for (const path of [
    ...paths,
    ...paths.toReversed(),
    ...names.flatMap(name => paths.filter(each => each.endsWith(name))),
  ]) {
    for (const owner of owners) {
      const candidate = { path, node: tree.get(path)!, owner, around };
      const fits = WASTE_RULES.find(
        rule =>
          rule.pattern.test(path) &&
          (rule.ofPackage === undefined || (owner !== undefined && rule.ofPackage(owner))) &&
          (rule.when?.(candidate) ?? true),
      );
      assert.equal(find(candidate.node, owner)?.id, fits?.id, path);
    }
  }
});
