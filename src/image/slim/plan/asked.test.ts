import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { bytesContent } from '../../../core/bytes/index.ts';
import { type Sample, treeOf } from '../../tree/index.ts';
import { buildElf, type ElfRecipe } from '../../userland/elf/testing/index.ts';
import { config, debian, has, mine, plan } from './testing/index.ts';

const code = (recipe: ElfRecipe): Sample => ({
  kind: 'file',
  layer: 0,
  meta: { mode: 0o755, uid: 0, gid: 0, mtime: 1 },
  content: bytesContent(buildElf(recipe)),
});

const started = { config: config({ Cmd: ['other'] }) };

/** The system, with more files in the package `other`, whose program is `recipe`. */
function system(files: Readonly<Record<string, Sample>>, recipe: ElfRecipe): Record<string, Sample> {
  const paths = ['/usr/bin/other', ...Object.keys(files)];
  return {
    ...debian(),
    ...files,
    '/usr/bin/other': code(recipe),
    '/var/lib/dpkg/info/other.list': `/.\n${paths.join('\n')}\n`,
  };
}

test('what kept settings name in the places of packages is kept, but no comment, no waste and nothing shared', () => {
  const files = {
    '/etc/other.conf': [
      'Alias /icons/ "/usr/share/other/icons/"',
      'Subsystem files /usr/lib/other/serve',
      '# Include /usr/share/other/example',
      'Help /usr/share/doc/other',
    ].join('\n'),
    '/usr/share/other/icons/a.gif': 'GIF',
    '/usr/lib/other/serve': 'serve',
    '/usr/share/other/example/x': 'x',
    '/usr/share/doc/other/y': 'y',
  };
  const made = plan(treeOf(system(files, { data: '/etc/other.conf\0' })), started);
  for (const path of ['/usr/share/other/icons/a.gif', '/usr/lib/other/serve']) ok(has(made, path), path);
  for (const path of ['/usr/share/other/example/x', '/usr/share/doc/other/y']) ok(!has(made, path), path);
  const unread = plan(treeOf(system(files, {})), started);
  ok(!has(unread, '/usr/lib/other/serve'));
});

test('programs of one inode count once where a directory is judged by its size', () => {
  const paths = ['a', 'b', 'c'].map(name => `/usr/lib/other/core/${name}`);
  const size = 16 << 20;
  const linked: Sample = {
    kind: 'file',
    meta: { mode: 0o755, uid: 0, gid: 0, mtime: 1 },
    links: { paths },
    content: { size, pieces: [{ kind: 'zeros', size }] },
  };
  const files = Object.fromEntries(paths.map(path => [path, linked]));
  const made = plan(treeOf(system(files, { data: '/usr/lib/other/core\0' })), started);
  for (const path of paths) ok(has(made, path), path);
});

test('who lets users log in needs their shells, and what their accounts are checked in', () => {
  const files = {
    '/usr/bin/bash': 'shell',
    '/etc/passwd': 'root:x:0:0::/root:/usr/bin/bash\nother:x:1:1::/:/usr/sbin/nologin\n',
    '/usr/sbin/nologin': 'none',
    '/etc/shadow': 'root:*:1::::::\n',
  };
  const made = plan(
    treeOf(system(files, { imports: ['initgroups', 'getspnam'], needed: ['libpam.so.0'] })),
    started,
  );
  ok(has(made, '/usr/bin/bash') && !has(made, '/usr/sbin/nologin') && has(made, '/etc/shadow'));
  const checking = plan(treeOf(system(files, { imports: ['initgroups', 'getspnam'] })), started);
  ok(has(checking, '/etc/shadow') && !has(checking, '/usr/bin/bash'));
  ok(!has(plan(treeOf(system(files, { imports: ['initgroups'] })), started), '/usr/bin/bash'));
});

test('messages in the languages of the environment are kept for what is kept', () => {
  const place = '/usr/share/locale/de/LC_MESSAGES';
  const files = { [`${place}/other.mo`]: 'mo', '/usr/share/locale/fr/LC_MESSAGES/other.mo': 'mo' };
  const tree = treeOf({
    ...system(files, {}),
    [`${place}/libc.mo`]: 'mo',
    [`${place}/tool.mo`]: 'mo',
    '/var/lib/dpkg/info/tool.list': `/.\n/usr/bin/tool\n${place}/tool.mo\n`,
    '/app/start': mine('#!/usr/bin/other\n', 0o755),
  });
  const made = plan(tree, { config: config({ Cmd: ['other'], Env: ['LANG=de_AT.UTF-8'] }) });
  for (const name of ['other.mo', 'libc.mo']) ok(has(made, `${place}/${name}`), name);
  for (const path of [`${place}/tool.mo`, '/usr/share/locale/fr/LC_MESSAGES/other.mo'])
    ok(!has(made, path), path);
});

test('a script of Rack is read as Ruby', () => {
  const tree = treeOf({
    ...debian(),
    '/app/start': mine(''),
    '/app/config.ru': mine('run ->(e) { [200, {}, [`tool --version`]] }\n'),
  });
  ok(has(plan(tree, { config: config({ Cmd: ['/usr/bin/other'] }) }), '/usr/bin/tool'));
});

test('the helpers of a tool for building are kept when the tool is', () => {
  const helper = '/usr/lib/git-core/git-remote-https';
  const git = {
    '/usr/bin/git': code({ data: '/usr/lib/git-core\0' }),
    [helper]: code({}),
    '/var/lib/dpkg/info/git.list': `/.\n/usr/bin/git\n${helper}\n`,
    '/var/lib/dpkg/status':
      'Package: git\nSection: vcs\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.0\n',
  };
  const clones = mine('#!/bin/sh\ngit clone https://host/x\n', 0o755);
  ok(has(plan(treeOf({ ...debian(), ...git, '/app/start': clones })), helper));
  ok(!has(plan(treeOf({ ...debian(), ...git })), helper));
});
