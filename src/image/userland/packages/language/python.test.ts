import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../../../tree/index.ts';
import { readPythonDistributions } from './python.ts';
import { pythonSites, readPathFiles } from './python-sites.ts';

const SITE = '/opt/venv/lib/python3.11/site-packages';

test('a distribution owns what its record lists and is there, scripts outside of the site too', () => {
  const tree = treeOf({
    [`${SITE}/Flask_Login-0.6.dist-info/METADATA`]:
      'Metadata-Version: 2.1\nName: Flask-Login\nVersion: 0.6.3\nRequires-Dist: Flask>=1\nRequires-Dist: pytest ; extra == "test"\n\nName: not this\n',
    [`${SITE}/Flask_Login-0.6.dist-info/RECORD`]:
      'flask_login/__init__.py,sha256=x,1\n"flask_login/a,b.py",,\n../../../bin/login,,\nflask_login/gone.py,,\n',
    [`${SITE}/Flask_Login-0.6.dist-info/top_level.txt`]: 'flask_login\n',
    [`${SITE}/flask_login/__init__.py`]: '',
    [`${SITE}/flask_login/a,b.py`]: '',
    '/opt/venv/bin/login': '#!',
  });
  const [only, ...more] = readPythonDistributions(tree);
  assert.deepEqual(more, []);
  assert.equal(only?.name, 'Flask-Login');
  assert.equal(only?.version, '0.6.3');
  assert.equal(only?.site, SITE);
  assert.deepEqual(only?.requires, ['flask']);
  assert.deepEqual(only?.paths, [
    `${SITE}/Flask_Login-0.6.dist-info`,
    `${SITE}/flask_login/__init__.py`,
    `${SITE}/flask_login/a,b.py`,
    '/opt/venv/bin/login',
  ]);
});

test('without a record, the top-level names say what belongs to a distribution', () => {
  const tree = treeOf({
    '/usr/lib/python3/dist-packages/PyYAML-6.0.egg-info/PKG-INFO': 'Name: PyYAML\nVersion: 6.0\n',
    '/usr/lib/python3/dist-packages/PyYAML-6.0.egg-info/top_level.txt': '_yaml\nyaml\n',
    '/usr/lib/python3/dist-packages/yaml/__init__.py': '',
    '/usr/lib/python3/dist-packages/_yaml.cpython-311-x86_64-linux-gnu.so': '',
    '/usr/lib/python3/dist-packages/other.py': '',
    '/usr/lib/python3/dist-packages/six-1.16.0.egg-info':
      'Metadata-Version: 1.0\nName: six\nVersion: 1.16.0\n',
    '/usr/lib/python3/dist-packages/six.py': '',
  });
  assert.deepEqual(
    readPythonDistributions(tree).map(each => [each.name, each.version, ...each.paths.slice(1)]),
    [
      [
        'PyYAML',
        '6.0',
        '/usr/lib/python3/dist-packages/_yaml.cpython-311-x86_64-linux-gnu.so',
        '/usr/lib/python3/dist-packages/yaml',
      ],
      ['six', '1.16.0', '/usr/lib/python3/dist-packages/six.py'],
    ],
  );
});

test('an editable distribution says where its sources are', () => {
  const tree = treeOf({
    [`${SITE}/a-1.dist-info/direct_url.json`]:
      '{"dir_info": {"editable": true}, "url": "file:///src/my%20app"}',
    [`${SITE}/b-1.dist-info/direct_url.json`]: '{"dir_info": {"editable": true}, "url": "file:///%zz"}',
  });
  assert.deepEqual(
    readPythonDistributions(tree).map(each => each.editable),
    ['/src/my app', undefined],
  );
});

test('a record that points out of everything stays inside the tree', () => {
  const tree = treeOf({
    [`${SITE}/a-1.dist-info/RECORD`]: `${'../'.repeat(50)}etc/passwd,,\n/etc/passwd,,\n"\n,,\n`,
    '/etc/passwd': '',
  });
  assert.deepEqual(readPythonDistributions(tree)[0]?.paths, [`${SITE}/a-1.dist-info`, '/etc/passwd']);
});

test('path files say what they add to the module path and what they run', () => {
  const tree = treeOf({
    [`${SITE}/x.pth`]: '# comment\nimport os; os.environ\n../vendored\n/abs\n',
    '/usr/lib/python3/dist-packages/y.py': '',
  });
  assert.deepEqual(pythonSites(tree), [SITE, '/usr/lib/python3/dist-packages']);
  assert.deepEqual(readPathFiles(tree, SITE), [
    {
      path: `${SITE}/x.pth`,
      adds: ['/opt/venv/lib/python3.11/vendored', '/abs'],
      runs: ['import os; os.environ'],
    },
  ]);
});
