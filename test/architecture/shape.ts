import type { Node } from 'oxc-parser';
import { nodesOf, type Source, type Violation, violationAt } from './source.ts';

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 50;

/** A file has at most 300 lines. */
export function fileSize(source: Source): Violation[] {
  const lines = source.text.trimEnd().split('\n').length;
  if (lines <= MAX_FILE_LINES) return [];
  return [
    { path: source.path, line: lines, message: `${lines} lines, at most ${MAX_FILE_LINES}: split the file` },
  ];
}

/** A function has at most 50 lines; one that only groups tests may have more. */
export function functionSize(source: Source): Violation[] {
  return [...nodesOf(source.program)].filter(isFunction).flatMap(node => {
    const lines = source.text.slice(node.start, node.end).split('\n').length;
    if (lines <= MAX_FUNCTION_LINES || (source.isTest && holdsTests(node))) return [];
    const message = `a function of ${lines} lines, at most ${MAX_FUNCTION_LINES}: give its parts names of their own`;
    return [violationAt(source, node.start, message)];
  });
}

function isFunction(node: Node): boolean {
  return ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type);
}

const GROUPS: ReadonlySet<string> = new Set(['test', 'it', 'describe', 'suite']);

function holdsTests(root: Node): boolean {
  return [...nodesOf(root)].some(
    node =>
      node.type === 'CallExpression' && node.callee.type === 'Identifier' && GROUPS.has(node.callee.name),
  );
}

/** Every export has a doc comment right before it. Not asked of tests. */
export function docComments(source: Source): Violation[] {
  if (source.isTest) return [];
  const { body } = source.program;
  const listed = new Set(body.flatMap(listedNames));
  return body.flatMap((statement, index) => {
    const names = exportedNames(statement, listed);
    if (names.length === 0 || hasDoc(source, statement) || isLaterOverload(statement, body[index - 1]))
      return [];
    return [
      violationAt(source, statement.start, `${names.join(', ')}: say in a /** comment */ what it promises`),
    ];
  });
}

/** The names of `export { a, b }` without `from`: their declarations need the comment. */
function listedNames(statement: Node): string[] {
  if (statement.type !== 'ExportNamedDeclaration' || statement.source !== null) return [];
  return statement.specifiers.flatMap(({ local }) => (local.type === 'Identifier' ? [local.name] : []));
}

function exportedNames(statement: Node, listed: ReadonlySet<string>): string[] {
  if (statement.type !== 'ExportNamedDeclaration')
    return declaredNames(statement).filter(name => listed.has(name));
  return statement.declaration === null ? [] : declaredNames(statement.declaration);
}

function declaredNames(node: Node): string[] {
  switch (node.type) {
    case 'VariableDeclaration':
      return node.declarations.map(({ id }) => (id.type === 'Identifier' ? id.name : 'a pattern'));
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return node.id === null ? [] : [node.id.name];
    default:
      return [];
  }
}

function hasDoc(source: Source, statement: Node): boolean {
  return source.comments.some(
    comment =>
      comment.type === 'Block' &&
      comment.value.startsWith('*') &&
      comment.value.length > 3 &&
      comment.end <= statement.start &&
      source.text.slice(comment.end, statement.start).trim() === '',
  );
}

function isLaterOverload(statement: Node, before: Node | undefined): boolean {
  if (before?.type !== 'ExportNamedDeclaration' || before.declaration?.type !== 'TSDeclareFunction')
    return false;
  return statement.type === 'ExportNamedDeclaration' && statement.declaration?.type === 'FunctionDeclaration'
    ? before.declaration.id?.name === statement.declaration.id?.name
    : false;
}

/** No default export, and no `any`. */
export function plainModules(source: Source): Violation[] {
  return [...nodesOf(source.program)].flatMap(node => {
    if (node.type === 'ExportDefaultDeclaration')
      return [violationAt(source, node.start, 'a default export: give it a name')];
    if (node.type === 'TSAnyKeyword')
      return [violationAt(source, node.start, 'any: use unknown, and check what it is')];
    return [];
  });
}
