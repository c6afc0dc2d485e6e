import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Comment, type Node, type ParseResult, parseSync } from 'oxc-parser';

/** A parsed source file. Paths are relative to the root of the project, with `/`. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly program: ParseResult['program'];
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
  /** By its name, or because it imports `node:test`: a test, or what tests share. Not published. */
  readonly isTest: boolean;
}

/** One mention of another module: `import`, `export … from`, `import()`, and the types among them. */
export interface Import {
  readonly specifier: string;
  readonly offset: number;
}

/** Something to mend, and where. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  /** What is wrong and what to do. */
  readonly message: string;
}

/** Tests, programs that tests start (`test-NAME.ts`), and folders of what tests share. */
const FOR_TESTS = /\.test\.ts$|\/test-[^/]+\.ts$|\/(testing|fixtures?)\//;

/** Parses a source text; throws when it is not TypeScript. */
export function parseSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  const error = errors[0];
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const imports = [...nodesOf(program)].flatMap(importOf);
  const isTest = FOR_TESTS.test(path) || imports.some(found => found.specifier === 'node:test');
  return { path, text, program, comments, imports, isTest };
}

/** Every `.ts` file under the folders given, in the order of their paths. */
export function readSources(root: string, folders: readonly string[]): Source[] {
  return folders
    .flatMap(folder => filesUnder(join(root, folder)))
    .map(file => parseSource(relative(root, file).replaceAll('\\', '/'), readFileSync(file, 'utf8')));
}

function filesUnder(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(
      entry => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'),
    )
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

/** A node and all nodes in it, parents first. */
export function* nodesOf(root: Node): Generator<Node, void, undefined> {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    waiting.push(...childrenOf(node).reverse());
  }
}

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => typeof value === 'object' && value !== null && 'type' in value);
}

function importOf(node: Node): Import[] {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node.source?.type === 'Literal' && typeof node.source.value === 'string'
        ? [{ specifier: node.source.value, offset: node.start }]
        : [];
    default:
      return [];
  }
}

/** The line of an offset, from 1. */
function lineAt(source: Source, offset: number): number {
  return source.text.slice(0, offset).split('\n').length;
}

/** A violation at an offset of a source. */
export function violationAt(source: Source, offset: number, message: string): Violation {
  return { path: source.path, line: lineAt(source, offset), message };
}
