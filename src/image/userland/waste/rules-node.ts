import type { Candidate, WasteRule } from './types.ts';

/** The innermost installed package, the first part of the path in it, and the rest. */
const INSTALLED = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/@.][^/]*)\/([^/]+)(\/.*)?$/;
const BUILDERS = /\/node_modules\/(node-gyp|node-addon-api|nan|node-api-headers)\//;

function part({ path }: Candidate): { root: string; name: string; deep: boolean } | undefined {
  const [, root, name, rest] = INSTALLED.exec(path) ?? [];
  return root === undefined || name === undefined ? undefined : { root, name, deep: rest !== undefined };
}

function isUnnamedPart(names: RegExp): (candidate: Candidate) => boolean {
  return candidate => {
    const found = part(candidate);
    if (found === undefined || !found.deep || !names.test(found.name)) return false;
    return !candidate.around.namesPart(found.root, found.name);
  };
}

function isTopFile(candidate: Candidate): boolean {
  return part(candidate)?.deep === false;
}

function hasScriptBeside({ path, around }: Candidate): boolean {
  const stem = path.replace(/\.[cm]?tsx?$/, '');
  return ['.js', '.cjs', '.mjs'].some(end => around.has(`${stem}${end}`));
}

const INSIDE = '/node_modules/.*';

/** What npm packages bring along. */
export const NODE_RULES: readonly WasteRule[] = [
  {
    id: 'development-dependencies',
    category: 'development',
    explains: 'a package that only devDependencies ask for; `npm ci --omit=dev` leaves it out',
    pattern: /\/(node_modules|vendor)\//,
    when: candidate => candidate.around.isDevelopment(candidate.path),
    safe: true,
  },
  {
    id: 'source-maps',
    category: 'clutter',
    explains: 'maps from the code that runs to its sources, for debuggers',
    pattern: new RegExp(`${INSIDE}\\.(js|cjs|mjs|css|ts|mts|cts)\\.map$`),
    safe: true,
  },
  {
    id: 'app-source-maps',
    category: 'clutter',
    explains: 'maps of the app; browsers may ask for them, and traces of errors are better with them',
    pattern: /\.(js|cjs|mjs|css)\.map$/,
    when: candidate => candidate.owner === undefined,
    safe: false,
  },
  {
    id: 'type-declarations',
    category: 'clutter',
    explains: 'types for the TypeScript compiler',
    pattern: new RegExp(`${INSIDE}\\.(d\\.ts|d\\.mts|d\\.cts|tsbuildinfo|js\\.flow|flow)$`),
    when: candidate => !candidate.around.compilesTypeScript,
    safe: true,
    neededBy: ['tsc', 'ts-node', 'tsx', 'tsserver'],
  },
  {
    id: 'typescript-sources',
    category: 'clutter',
    explains: 'sources that are compiled to the scripts beside them; Node runs no TypeScript of packages',
    pattern: new RegExp(`${INSIDE}\\.[cm]?tsx?$`),
    when: candidate => !candidate.around.compilesTypeScript && hasScriptBeside(candidate),
    safe: true,
    neededBy: ['tsc', 'ts-node', 'tsx', 'bun', 'deno'],
  },
  {
    id: 'native-sources',
    category: 'clutter',
    explains: 'sources and objects of native modules, for node-gyp',
    pattern: new RegExp(
      `${INSIDE}(\\.(c|cc|cpp|cxx|h|hh|hpp|o|obj|gyp|gypi|vcxproj|filters|sln|mk|o\\.d)|/build/Release/(obj|obj\\.target|\\.deps)/.*)$`,
    ),
    when: candidate => !BUILDERS.test(candidate.path),
    safe: true,
    neededBy: ['node-gyp', 'make', 'gcc', 'g++'],
  },
  {
    id: 'foreign-prebuilds',
    category: 'foreign',
    explains: 'native modules for other operating systems',
    pattern: new RegExp(
      `${INSIDE}/(prebuilds?|prebuilt|bin|binding|napi-v\\d)/[^/]*(darwin|win32|android|freebsd|ios|macos)[^/]*/`,
    ),
    safe: true,
  },
  {
    id: 'node-tests',
    category: 'tests',
    explains: 'the tests of a package; no script of the package outside of them names them',
    pattern: new RegExp(`${INSIDE}/(test|tests|__tests__|spec|__mocks__|__fixtures__|benchmarks?|coverage)/`),
    when: isUnnamedPart(/^(test|tests|__tests__|__mocks__|__fixtures__|spec|benchmarks?|coverage)$/),
    safe: true,
  },
  {
    id: 'node-documents',
    category: 'clutter',
    explains: 'documents and examples of a package; no script of the package names them',
    pattern: new RegExp(
      `${INSIDE}/(docs?|documentation|man|examples?|samples?|website|\\.github|\\.circleci|\\.husky|\\.vscode|\\.idea|\\.nyc_output)/`,
    ),
    when: isUnnamedPart(
      /^(docs?|documentation|man|examples?|samples?|website|\.github|\.circleci|\.husky|\.vscode|\.idea|\.nyc_output)$/,
    ),
    safe: true,
  },
  {
    id: 'node-notes',
    category: 'clutter',
    explains: 'read-me files and change logs of a package',
    pattern: new RegExp(
      `${INSIDE}/(README|CHANGELOG|CHANGES|HISTORY|History|Readme|readme|changelog|CONTRIBUTING|SECURITY|CODE_OF_CONDUCT|UPGRADING|MIGRATION|GOVERNANCE|FUNDING)([._-][^/]*)?(\\.(md|markdown|txt|rst|yml))?$`,
    ),
    when: isTopFile,
    safe: true,
  },
  {
    id: 'node-tool-settings',
    category: 'clutter',
    explains: 'settings of tools with which a package was developed',
    pattern: new RegExp(
      `${INSIDE}/(\\.(npmignore|gitignore|gitattributes|gitmodules|editorconfig|travis\\.yml|nycrc|taprc|babelrc|jshintrc|jscsrc|eslint(rc|ignore)|prettier(rc|ignore)|nvmrc|yarnrc|mailmap|zuul\\.yml|lint|istanbul\\.yml|dockerignore|appveyor\\.yml|runkit_example\\.js)(\\.(js|cjs|json|yml|yaml))?|appveyor\\.yml|Makefile|Gruntfile\\.js|Gulpfile\\.js|gulpfile\\.js|karma\\.conf\\.js|bower\\.json|component\\.json|tsconfig(\\.[\\w-]+)?\\.json|tslint\\.json|rollup\\.config\\.[cm]?js|webpack\\.config\\.js|jest\\.config\\.[cm]?js|yarn\\.lock|pnpm-lock\\.yaml)$`,
    ),
    when: isTopFile,
    safe: true,
    neededBy: ['tsc', 'ts-node', 'make'],
  },
];
