import { posix } from 'node:path';
import { readContent } from '../../../core/bytes/index.ts';
import type { Tree } from '../../tree/index.ts';

const SOURCE = /\.([cm]?js|py|rb)$/;
const SOURCE_MAX_BYTES = 4 << 20;
const FILES_MAX = 20_000;
/** Directories that may be waste: what is in them does not speak for itself, or for each other. */
const APART =
  /^(tests?|testsuite|__tests__|__mocks__|__fixtures__|spec|features|benchmarks?|coverage|docs?|documentation|man|examples?|samples?|website|\..*)$/;

/**
 * Answers whether a source of a library names one of its parts, a directory called `name`: by a
 * path or module in a string (`'./docs/x'`, `join(dir, 'docs')`), or in an import of Python
 * (`from .tests import x`). Sources in tests, documents and examples are not asked, nor are packages
 * nested in `node_modules`. What cannot be read, or is too much, counts as named.
 */
export function partNames(tree: Tree): (root: string, name: string) => boolean {
  const answers = new Map<string, boolean>();
  return (root, name) => {
    const key = `${root}\0${name}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = isNamed(tree, root, name);
    answers.set(key, answer);
    return answer;
  };
}

function isNamed(tree: Tree, root: string, name: string): boolean {
  const naming = namingPattern(name);
  let files = 0;
  for (const path of sourcesOf(tree, root)) {
    if (++files > FILES_MAX) return true;
    const node = tree.get(path);
    if (node?.kind !== 'file') continue;
    if (node.content.size > SOURCE_MAX_BYTES) return true;
    if (naming.test(readContent(node.content, SOURCE_MAX_BYTES).toString('latin1'))) return true;
  }
  return false;
}

/** All repetitions have an end, so that hostile sources cost no more than others. */
function namingPattern(name: string): RegExp {
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const relative = '^[ \\t]{0,99}from[ \\t]{1,9}\\.[\\w.]{0,99}[ \\t]{1,9}import';
  return new RegExp(
    [
      `['"\`](?:[\\w.@-]{0,99}/){1,20}${word}(?:/|\\.[cm]?js|['"\`])`,
      `['"\`]${word}/`,
      `(?:join|resolve|joinpath|files?|path|dirname__?)\\s{0,9}\\([^()\\n]{0,300}['"]${word}['"]`,
      `/\\s{0,9}['"]${word}['"]`,
      `^[ \\t]{0,99}(?:from|import)[ \\t]{1,9}[\\w.]{0,200}\\b${word}\\b`,
      `${relative}[ \\t][^\\n]{0,300}\\b${word}\\b`,
      `${relative}\\s{0,9}\\([^)]{0,2000}\\b${word}\\b`,
      `import_module\\([^)\\n]{0,300}\\b${word}\\b`,
    ].join('|'),
    'm',
  );
}

function* sourcesOf(tree: Tree, root: string): Generator<string> {
  const waiting = [root];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const entry of tree.list(directory)) {
      const path = posix.join(directory, entry);
      const isDirectory = tree.get(path)?.kind === 'directory';
      if (!isDirectory && (SOURCE.test(entry) || (directory === root && entry === 'package.json')))
        yield path;
      if (isDirectory && entry !== 'node_modules' && !APART.test(entry)) waiting.push(path);
    }
  }
}
