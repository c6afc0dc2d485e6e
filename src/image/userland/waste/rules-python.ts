import type { Candidate, WasteRule } from './types.ts';

const CACHED = /^(.*)\/__pycache__\/([^/]+?)\.[^/]+?(?:\.opt-\d)?\.pyc$/;
const IN_SITE = /^(.*\/(?:site|dist)-packages\/[^/]+)\/(?:.*\/)?(tests?|testsuite)\//;

function hasSource({ path, around }: Candidate): boolean {
  const [, directory, name] = CACHED.exec(path) ?? [];
  return directory !== undefined && around.has(`${directory}/${name}.py`);
}

/** The outermost directory of tests, and the package that it is in. */
function isUnnamedTests({ path, around }: Candidate): boolean {
  const [, root, name] = IN_SITE.exec(path) ?? [];
  return root !== undefined && name !== undefined && !around.namesPart(root, name);
}

/** Python's own. */
export const PYTHON_RULES: readonly WasteRule[] = [
  {
    id: 'python-bytecode',
    category: 'python-cache',
    explains: 'bytecode that Python makes again from the source beside it, at the cost of a slower start',
    pattern: CACHED,
    when: hasSource,
    safe: true,
  },
  {
    id: 'python-standard-tests',
    category: 'tests',
    explains: "the tests of Python's standard library",
    pattern:
      /\/lib\/python3(?:\.\d+)?\/(test|idlelib\/idle_test|tkinter\/test|unittest\/test|lib2to3\/tests|distutils\/tests|ctypes\/test|sqlite3\/test)\//,
    when: candidate => !candidate.path.includes('-packages/'),
    safe: true,
  },
  {
    id: 'python-tests',
    category: 'tests',
    explains: 'the tests of a library; no source of the library outside of them names them',
    // The singular may be a part of the library for testing apps (django.test).
    pattern: /\/(?:site|dist)-packages\/[^/]+\/(?:.*\/)?(tests|testsuite)\//,
    when: isUnnamedTests,
    safe: true,
  },
  {
    id: 'python-test-parts',
    category: 'tests',
    explains: 'perhaps the tests of a library, perhaps a part of it for testing apps',
    pattern: /\/(?:site|dist)-packages\/[^/]+\/(?:.*\/)?test\//,
    when: isUnnamedTests,
    safe: false,
  },
  {
    id: 'python-tools',
    category: 'development',
    explains: 'an editor, its lessons, and the wheels that make a virtual environment',
    pattern:
      /\/lib\/python3(?:\.\d+)?\/(idlelib|turtledemo|ensurepip\/_bundled)\/|^\/usr\/share\/python-wheels\//,
    when: candidate => !candidate.path.includes('-packages/'),
    safe: true,
    neededBy: ['idle', 'venv', 'virtualenv', 'pip', 'pip3'],
  },
  {
    id: 'python-cython',
    category: 'clutter',
    explains: 'the sources of compiled modules',
    pattern: /\/(?:site|dist)-packages\/.*\.(pyx|pxd|pxi)$/,
    safe: true,
    neededBy: ['cython', 'gcc', 'cc'],
  },
  {
    id: 'python-stubs',
    category: 'clutter',
    explains: 'types for checkers; some libraries read that of __init__ to load themselves lazily',
    pattern: /\/(?:site|dist)-packages\/.*\.pyi$/,
    when: candidate => !candidate.path.endsWith('/__init__.pyi'),
    safe: true,
    neededBy: ['mypy', 'pyright'],
  },
  {
    id: 'windows-launchers',
    category: 'foreign',
    explains: 'programs for Windows',
    pattern: /\/(?:(?:site|dist)-packages|lib\/python3(?:\.\d+)?)\/.*\.exe$/,
    safe: true,
  },
];
