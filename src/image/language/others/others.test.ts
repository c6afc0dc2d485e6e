import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../fixture/index.ts';
import { languageClosure } from '../index.ts';

function reached(files: Readonly<Record<string, string>>, argv: readonly string[]): ReadonlySet<string> {
  const closure = languageClosure(
    treeOf(files),
    { commands: [argv] },
    { env: { PATH: '/usr/bin' }, cwd: '/app' },
  );
  return new Set(closure.reached.keys());
}

test('Perl modules are followed along @INC, with their compiled parts, not what documents mention', () => {
  const found = reached(
    {
      '/usr/bin/perl': '\x7fELF',
      '/app/run':
        "#!/usr/bin/perl\nuse strict; use lib 'own';\nuse parent -norequire, qw(Base::Thing);\nrequire Near;\n=pod\n\nuse Documented;\n\n=cut\nuse POSIX qw(floor);\n__END__\nuse After;\n",
      '/app/own/Near.pm': '',
      '/usr/share/perl5/Base/Thing.pm': 'use Late;',
      '/usr/share/perl5/Late.pm': '',
      '/usr/share/perl5/Documented.pm': '',
      '/usr/share/perl5/After.pm': '',
      '/usr/lib/x86_64-linux-gnu/perl-base/strict.pm': '',
      '/usr/lib/x86_64-linux-gnu/perl/5.36/POSIX.pm': '',
      '/usr/lib/x86_64-linux-gnu/perl/5.36/auto/POSIX/POSIX.so': '',
    },
    ['./run'],
  );
  for (const name of [
    '/app/own/Near.pm',
    '/usr/share/perl5/Late.pm',
    '/usr/lib/x86_64-linux-gnu/perl-base/strict.pm',
    '/usr/lib/x86_64-linux-gnu/perl/5.36/auto/POSIX/POSIX.so',
  ])
    assert.ok(found.has(name), name);
  assert.ok(!found.has('/usr/share/perl5/Documented.pm') && !found.has('/usr/share/perl5/After.pm'));
});

test('PHP follows includes, and keeps what Composer installed, less what is for development', () => {
  const found = reached(
    {
      '/usr/bin/php': '\x7fELF',
      '/usr/lib/php/20220829/mbstring.so': '',
      '/app/index.php': "<?php require __DIR__ . '/vendor/autoload.php'; include_once('part.inc');",
      '/app/part.inc': '',
      '/app/vendor/autoload.php': '',
      '/app/vendor/composer/installed.json': '{"dev-package-names":["phpunit/phpunit"]}',
      '/app/vendor/slim/slim/App.php': '',
      '/app/vendor/phpunit/phpunit/Unit.php': '',
    },
    ['php', '-S', '0.0.0.0:80', 'index.php'],
  );
  for (const name of ['/usr/lib/php/20220829/mbstring.so', '/app/part.inc', '/app/vendor/slim/slim/App.php'])
    assert.ok(found.has(name), name);
  assert.ok(!found.has('/app/vendor/phpunit/phpunit/Unit.php'));
});

test('Java keeps its run time and the class path, not its sources', () => {
  const home = '/usr/lib/jvm/java-17';
  const found = reached(
    {
      '/usr/bin/java': `-> ${home}/bin/java`,
      [`${home}/bin/java`]: '\x7fELF',
      [`${home}/lib/modules`]: '',
      [`${home}/lib/src.zip`]: '',
      [`${home}/jmods/a.jmod`]: '',
      '/app/app.jar': '',
      '/app/lib/dep.jar': '',
    },
    ['java', '-Xmx64m', '-jar', 'app.jar'],
  );
  assert.deepEqual([...found].sort(), [
    '/app/app.jar',
    '/app/lib/dep.jar',
    '/usr/bin/java',
    `${home}/bin/java`,
    `${home}/lib/modules`,
  ]);
});

test('Ruby keeps its library and gems, and follows files beside a source', () => {
  const found = reached(
    {
      '/usr/bin/ruby3.1': '\x7fELF',
      '/usr/lib/ruby/3.1.0/json.rb': '',
      '/var/lib/gems/3.1.0/gems/puma/lib/puma.rb': '',
      '/var/lib/gems/3.1.0/cache/puma.gem': '',
      '/app/main.rb': "require_relative 'lib/part'",
      '/app/lib/part.rb': '',
    },
    ['ruby3.1', 'main.rb'],
  );
  for (const name of [
    '/usr/lib/ruby/3.1.0/json.rb',
    '/var/lib/gems/3.1.0/gems/puma/lib/puma.rb',
    '/app/lib/part.rb',
  ])
    assert.ok(found.has(name), name);
  assert.ok(!found.has('/var/lib/gems/3.1.0/cache/puma.gem'));
});

test('.NET keeps what is beside the program and the run time, not the development kit', () => {
  const found = reached(
    {
      '/usr/bin/dotnet': '-> ../share/dotnet/dotnet',
      '/usr/share/dotnet/dotnet': '\x7fELF',
      '/usr/share/dotnet/shared/Microsoft.NETCore.App/8.0/libcoreclr.so': '',
      '/usr/share/dotnet/sdk/8.0/Roslyn.dll': '',
      '/app/App.dll': '',
      '/app/App.deps.json': '{}',
    },
    ['dotnet', 'App.dll'],
  );
  assert.ok(
    found.has('/usr/share/dotnet/shared/Microsoft.NETCore.App/8.0/libcoreclr.so') &&
      found.has('/app/App.deps.json'),
  );
  assert.ok(!found.has('/usr/share/dotnet/sdk/8.0/Roslyn.dll'));
});

test('Perl keeps the drivers of a namespace, with their compiled parts, and all of a package that it uses', () => {
  const dir = '/usr/share/perl5';
  const files: Record<string, string> = {
    '/usr/bin/perl': '\x7fELF',
    '/app/run': '#!/usr/bin/perl\nuse DBI; use Web;\n',
    [`${dir}/DBI.pm`]: 'my $class = "DBD::$driver"; eval qq{require $x}; require $class;',
    '/usr/lib/x86_64-linux-gnu/perl5/5.36/DBD/SQLite.pm': 'use Deep;',
    '/usr/lib/x86_64-linux-gnu/perl5/5.36/auto/DBD/SQLite/SQLite.so': '',
    [`${dir}/Deep.pm`]: '',
    [`${dir}/Other/Thing.pm`]: '',
    [`${dir}/Web.pm`]: '',
    [`${dir}/Web/Late.pm`]: '',
    [`${dir}/Web/resources/page.ep`]: '',
    [`${dir}/Web/Guide.pod`]: '',
  };
  const found = languageClosure(
    treeOf(files),
    { commands: [['./run']] },
    {
      env: { PATH: '/usr/bin' },
      cwd: '/app',
      siblings: path =>
        path.includes('/Web') ? Object.keys(files).filter(each => each.includes('/Web')) : [],
    },
  ).reached;
  for (const name of [
    '/usr/lib/x86_64-linux-gnu/perl5/5.36/auto/DBD/SQLite/SQLite.so',
    `${dir}/Deep.pm`,
    `${dir}/Web/Late.pm`,
    `${dir}/Web/resources/page.ep`,
  ])
    assert.ok(found.has(name), name);
  assert.ok(!found.has(`${dir}/Other/Thing.pm`) && !found.has(`${dir}/Web/Guide.pod`));
});

test('a jar at the root does not take the libraries of the system for its own', () => {
  const files = { '/usr/bin/java': '\x7fELF', '/app.jar': '', '/lib/libc.so.6': '', '/other.jar': '' };
  const found = reached(files, ['java', '-jar', '/app.jar']);
  assert.ok(found.has('/app.jar') && found.has('/other.jar') && !found.has('/lib/libc.so.6'));
});

test('gems keep what is only called like waste, and gems of packages are found', () => {
  const gem = '/usr/lib/x86_64-linux-gnu/rubygems-integration/3.1.0/gems/store-1.0';
  const found = reached(
    {
      '/usr/bin/ruby': '\x7fELF',
      '/app/main.rb': '',
      [`${gem}/lib/store/cache/file.rb`]: '',
      [`${gem}/test/store_test.rb`]: '',
    },
    ['ruby', 'main.rb'],
  );
  assert.ok(found.has(`${gem}/lib/store/cache/file.rb`) && !found.has(`${gem}/test/store_test.rb`));
});

test('command lines that a source hands to a shell are followed', () => {
  const sources = {
    'php a.php': ['/app/a.php', "<?php echo shell_exec('date -u; tool | sort'); echo `uname -a`;"],
    'ruby a.rb': ['/app/a.rb', 'system "date"\nx = `uname -a`\nOpen3.capture2("tool", "x")\n%x(sort #{y})'],
    'perl a.pl': [
      '/app/a.pl',
      'system("date"); my $x = qx(uname -a); open my $f, "-|", "tool"; exec \'sort\';',
    ],
    'lua a.lua': ['/app/a.lua', 'os.execute(\'date\'); io.popen("uname -a"); os.execute [[tool | sort]]'],
    'tclsh a.tcl': ['/app/a.tcl', 'exec date\nset x [exec uname -a]\nset f [open "|tool | sort" r]'],
  } as const;
  for (const [command, [path, text]] of Object.entries(sources)) {
    const [interpreter = '', script = ''] = command.split(' ');
    const programs = [interpreter, 'sh', 'date', 'uname', 'tool', 'sort', 'rm'].map(
      name => `/usr/bin/${name}`,
    );
    const files = Object.fromEntries(programs.map(name => [name, '\x7fELF']));
    const found = reached({ ...files, '/bin': '-> usr/bin', [path]: text }, [interpreter, script]);
    for (const name of programs.slice(1, -1)) assert.ok(found.has(name), `${command}: ${name}`);
    assert.ok(!found.has('/usr/bin/rm'));
  }
});

test('a source of quotes and backticks without end is read in no time', () => {
  for (const text of ['system("'.repeat(50_000), '`'.repeat(200_001), 'open open '.repeat(20_000)]) {
    const files = { '/usr/bin/perl': '\x7fELF', '/app/a.pl': text };
    assert.ok(reached(files, ['perl', 'a.pl']).has('/app/a.pl'));
  }
});

test('a command is found after a string that ends with the name of a function that runs commands', () => {
  const found = reached(
    {
      '/usr/bin/php': '\x7fELF',
      '/usr/bin/sh': '\x7fELF',
      '/bin/sh': '-> /usr/bin/sh',
      '/usr/bin/date': '\x7fELF',
      '/app/index.php': "<?php switch ($p) { case '/exec': echo shell_exec('date -u'); }",
    },
    ['php', 'index.php'],
  );
  assert.ok(found.has('/usr/bin/date'));
});

test('Lua that another program runs needs what is installed for Lua', () => {
  const files = { '/opt/page.lua': 'require "cjson"', '/usr/lib/x86_64-linux-gnu/lua/5.1/cjson.so': '' };
  const surroundings = { env: {}, cwd: '/' };
  const closure = languageClosure(treeOf(files), { files: ['/opt/page.lua'] }, surroundings);
  assert.ok(closure.reached.has('/usr/lib/x86_64-linux-gnu/lua/5.1/cjson.so'));
});
