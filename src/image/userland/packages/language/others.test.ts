import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../../../tree/index.ts';
import { readComposerPackages } from './composer.ts';
import { readGems } from './gems.ts';
import { readJars } from './jars.ts';

test('a gem owns its directory, its specification and its native parts', () => {
  const home = '/usr/local/bundle';
  const tree = treeOf({
    [`${home}/specifications/nio4r-2.7.0.gemspec`]: '',
    [`${home}/gems/nio4r-2.7.0/lib/nio4r.rb`]: '',
    [`${home}/extensions/x86_64-linux/3.3.0/nio4r-2.7.0/gem.build_complete`]: '',
    [`${home}/specifications/nokogiri-html-1.16.0-x86_64-linux.gemspec`]: '',
    '/usr/lib/ruby/gems/3.3.0/specifications/default/json-2.7.1.gemspec': '',
  });
  assert.deepEqual(
    readGems(tree).map(each => [each.name, each.version, each.paths.length]),
    [
      ['json', '2.7.1', 1],
      ['nio4r', '2.7.0', 3],
      ['nokogiri-html', '1.16.0', 1],
    ],
  );
});

test('composer packages are development where its list says so, in both formats', () => {
  const packages = [
    { name: 'monolog/monolog', version: '3.0', 'install-path': '../monolog/monolog' },
    { name: 'phpunit/phpunit', version: '10', 'install-path': '../phpunit/phpunit' },
    { name: 'absent/absent' },
    { version: 'nameless' },
  ];
  const tree = treeOf({
    '/app/vendor/composer/installed.json': JSON.stringify({
      packages,
      'dev-package-names': ['phpunit/phpunit'],
    }),
    '/app/vendor/monolog/monolog/x.php': '',
    '/app/vendor/phpunit/phpunit/x.php': '',
    '/old/vendor/composer/installed.json': JSON.stringify([{ name: 'a/b', version: '1' }]),
    '/old/vendor/a/b/x.php': '',
    '/bad/vendor/composer/installed.json': '{"packages": 3',
  });
  assert.deepEqual(
    readComposerPackages(tree).map(each => [each.root, each.development]),
    [
      ['/app/vendor/monolog/monolog', false],
      ['/app/vendor/phpunit/phpunit', true],
      ['/old/vendor/a/b', false],
    ],
  );
});

test('the name of a Java archive says its version', () => {
  const tree = treeOf({ '/app/lib/spring-core-6.1.2.jar': '', '/app/app.war': '' });
  assert.deepEqual(
    readJars(tree).map(each => [each.name, each.version]),
    [
      ['app', ''],
      ['spring-core', '6.1.2'],
    ],
  );
});
