import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { effects } from './effects.ts';
import { cycles, folderEntry, indexIsList, roomOrder, testsApart } from './imports.ts';
import { docComments, fileSize, functionSize, plainModules } from './shape.ts';
import { parseSource, type Source, type Violation } from './source.ts';

/** The lines that a check complains about in a source text. */
function linesOf(check: (source: Source) => readonly Violation[], path: string, ...text: string[]): number[] {
  return check(parseSource(path, text.join('\n'))).map(violation => violation.line);
}

function project(files: Readonly<Record<string, string>>): Source[] {
  return Object.entries(files).map(([path, text]) => parseSource(path, text));
}

describe('the order of rooms', () => {
  test('a later room is refused, also as a type, lazily, or re-exported', () => {
    const lines = linesOf(
      roomOrder,
      'src/core/tar/a.ts',
      "import { a } from '../../image/tree/index.ts';",
      "import type { b } from '../../cli/index.ts';",
      "export { c } from '../../run/index.ts';",
      "const d = () => import('../../trust/prove/index.ts');",
      "type E = import('../../carry/x/index.ts').E;",
    );
    deepEqual(lines, [1, 2, 3, 4, 5]);
  });
  test('its own room, an earlier one, a package and a builtin are allowed', () => {
    const text = [
      "import '../../core/tar/index.ts';",
      "import '../tree/index.ts';",
      "import 'node:fs';",
      "import 'x';",
    ];
    deepEqual(linesOf(roomOrder, 'src/image/slim/a.ts', ...text), []);
  });
});

describe('the entry of folders', () => {
  const others = {
    'src/core/tar/index.ts': '',
    'src/core/engine/index.ts': '',
    'src/core/engine/docker/index.ts': '',
    'src/image/tree/index.ts': '',
    'src/image/slim/rebuild/index.ts': '',
    'src/image/userland/elf/index.ts': '',
  };
  const complaints = (specifier: string, from = 'src/image/slim/plan/a.ts'): string[] =>
    folderEntry(project({ ...others, [from]: `import '${specifier}';` })).map(violation => violation.message);
  test('a file of a folder beside it, or of another room, is refused', () => {
    for (const path of ['../rebuild/layers.ts', '../../tree/node.ts', '../../../core/tar/entry.ts']) {
      equal(complaints(path).length, 1, path);
    }
  });
  test('a folder within one that has an index.ts is refused, and the right door is named', () => {
    match(complaints('../../../core/engine/docker/index.ts')[0] ?? '', /from src\/core\/engine\/index\.ts$/);
  });
  test('an index.ts, also in a folder that only groups, its own folder, parents and children are allowed', () => {
    const allowed = ['../rebuild/index.ts', '../../../core/tar/index.ts', '../../userland/elf/index.ts'];
    for (const path of [...allowed, './b.ts', '../port.ts', './inner/index.ts'])
      deepEqual(complaints(path), []);
  });
  test('a test may look into the folders that it lies above, other code may not', () => {
    deepEqual(complaints('./elf/read.ts', 'src/image/userland/all.test.ts'), []);
    equal(complaints('./elf/read.ts', 'src/image/userland/all.ts').length, 1);
    equal(complaints('../tree/node.ts', 'src/image/userland/all.test.ts').length, 1);
  });
  test('what a folder offers to tests is open to tests alone', () => {
    deepEqual(complaints('../tree/testing/index.ts', 'src/image/userland/all.test.ts'), []);
    equal(complaints('../tree/testing/index.ts', 'src/image/userland/all.ts').length, 1);
  });
});

test('an index.ts with code, an import or a star is refused', () => {
  const text = [
    "export { a } from './a.ts';",
    "export * from './b.ts';",
    "import './c.ts';",
    'export const d = 1;',
  ];
  deepEqual(linesOf(indexIsList, 'src/core/tar/index.ts', ...text), [2, 3, 4]);
  deepEqual(linesOf(indexIsList, 'src/core/tar/a.ts', ...text), []);
});

describe('cycles', () => {
  test('a cycle of three files by way of types is found once, and named', () => {
    const found = cycles(
      project({
        'src/core/a/a.ts': "import type { B } from './b.ts';",
        'src/core/a/b.ts': "export { c } from './c.ts';",
        'src/core/a/c.ts': "import './a.ts';",
      }),
    );
    deepEqual(
      found.map(violation => violation.path),
      ['src/core/a/c.ts'],
    );
    match(found[0]?.message ?? '', /a\.ts → src\/core\/a\/b\.ts → src\/core\/a\/c\.ts → src\/core\/a\/a\.ts/);
  });
  test('a file that imports itself is found', () => {
    deepEqual(cycles(project({ 'src/core/a/a.ts': "import './a.ts';" })).length, 1);
  });
  test('two ways to one file are no cycle', () => {
    const files = {
      'src/a.ts': "import './b.ts'; import './c.ts';",
      'src/b.ts': "import './c.ts';",
      'src/c.ts': '',
    };
    deepEqual(cycles(project(files)), []);
  });
});

test('published code that imports a test is refused', () => {
  const files = {
    'src/core/a/a.ts': "import './suite.ts';",
    'src/core/a/suite.ts': "import { test } from 'node:test';",
    'src/core/a/b.test.ts': "import 'node:test'; import './suite.ts';",
  };
  deepEqual(
    testsApart(project(files)).map(violation => violation.path),
    ['src/core/a/a.ts'],
  );
});

describe('sizes', () => {
  const lines = (count: number): string => 'f();\n'.repeat(count);
  test('a file of 300 lines is allowed, one of 301 is not', () => {
    deepEqual(linesOf(fileSize, 'src/a.ts', lines(300)), []);
    deepEqual(linesOf(fileSize, 'src/a.ts', lines(301)), [301]);
  });
  test('a function, arrow or method of 50 lines is allowed, one of 51 is not', () => {
    const kinds = [
      (body: string) => `function f() {\n${body}}`,
      (body: string) => `const f = () => {\n${body}}`,
      (body: string) => `class C {   m() {\n${body}} }`,
    ];
    for (const kind of kinds) {
      deepEqual(linesOf(functionSize, 'src/a.ts', kind(lines(48))), []);
      deepEqual(linesOf(functionSize, 'src/a.ts', kind(lines(49))), [1]);
    }
  });
  test('a group of tests may be longer, a long function beside it may not', () => {
    const group = `import { test } from 'node:test';\nfunction suite() {\n${lines(60)}test('x', f);\n}\n`;
    deepEqual(linesOf(functionSize, 'src/a.test.ts', group), []);
    deepEqual(linesOf(functionSize, 'src/a.test.ts', `${group}function f() {\n${lines(60)}}`), [65]);
  });
});

describe('doc comments', () => {
  const kinds = [
    'function f() {}',
    'const a = 1;',
    'class C {}',
    'interface I {}',
    'type T = 1;',
    'async function g() {}',
  ];
  test('each kind of export needs one', () => {
    for (const kind of kinds) {
      deepEqual(linesOf(docComments, 'src/a.ts', '', `export ${kind}`), [2]);
      deepEqual(linesOf(docComments, 'src/a.ts', '/** Says it. */', `export ${kind}`), []);
      deepEqual(linesOf(docComments, 'src/a.ts', kind), []);
    }
  });
  test('an empty one, a line comment, and one that belongs to another statement do not count', () => {
    deepEqual(linesOf(docComments, 'src/a.ts', '/** */', 'export const a = 1;'), [2]);
    deepEqual(linesOf(docComments, 'src/a.ts', '// Says it.', 'export const a = 1;'), [2]);
    deepEqual(linesOf(docComments, 'src/a.ts', '/** Says it. */', 'f();', 'export const a = 1;'), [3]);
  });
  test('what is exported by a list needs one where it is declared', () => {
    deepEqual(linesOf(docComments, 'src/a.ts', 'const a = 1;', 'export { a };'), [1]);
    deepEqual(linesOf(docComments, 'src/a.ts', '/** Says it. */', 'const a = 1;', 'export { a };'), []);
  });
  test('overloads share the comment of the first', () => {
    const text = [
      '/** Says it. */',
      'export function f(a: 1): 1;',
      'export function f(a: unknown) { return a; }',
    ];
    deepEqual(linesOf(docComments, 'src/a.ts', ...text), []);
  });
});

test('a default export and any are refused', () => {
  deepEqual(
    linesOf(plainModules, 'src/a.ts', 'export default 1;', 'let a: any;', 'f<any>(a as any);'),
    [1, 2, 3, 3],
  );
  deepEqual(linesOf(plainModules, 'src/a.ts', "const any = 'any'; // any"), []);
});

describe('effects', () => {
  const text = [
    'console.log(1);',
    'process.exit(1);',
    'f(process.env.A);',
    'process.argv;',
    'process.stdout.write(a);',
  ];
  test('printing, exiting and reading the surroundings is refused outside the command line', () => {
    deepEqual(linesOf(effects, 'src/core/a.ts', ...text), [1, 2, 3, 4, 5]);
    deepEqual(linesOf(effects, 'src/core/a.ts', "import { env } from 'node:process';"), [1]);
    deepEqual(linesOf(effects, 'src/core/a.ts', 'let a = 1;', 'export let b = 1;'), [1, 2]);
  });
  test('handing the environment on to a child is allowed, reading from it is not', () => {
    deepEqual(linesOf(effects, 'src/core/a.ts', "spawn('a', { env: { ...process.env, B: 'c' } });"), []);
    deepEqual(linesOf(effects, 'src/core/a.ts', 'f({ ...process.env.A, b: process.env });'), [1, 1]);
  });
  test('the command line, tests, and other parts of process are allowed', () => {
    deepEqual(linesOf(effects, 'src/cli/a.ts', ...text), []);
    deepEqual(linesOf(effects, 'src/core/a.test.ts', "import 'node:test';", ...text), []);
    deepEqual(
      linesOf(effects, 'src/core/a.ts', 'process.pid; process.platform; // console.log', 'const a = 1;'),
      [],
    );
  });
});
