import type { Node } from 'oxc-parser';
import { nodesOf, type Source, type Violation, violationAt } from './source.ts';

/** Parts of `process` that belong to the command line alone. */
const OF_THE_COMMAND_LINE: ReadonlySet<string> = new Set([
  'argv',
  'env',
  'exit',
  'exitCode',
  'stderr',
  'stdin',
  'stdout',
]);

/** Files outside `src/cli` that may use some of them, and why. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // A process of its own: it ends when its parent does.
  'src/core/runc/forward-child.ts': ['process.exit'],
};

/** Outside `src/cli` nothing prints, exits, or reads the environment or arguments; modules hold no mutable state. */
export function effects(source: Source): Violation[] {
  if (!source.path.startsWith('src/') || source.path.startsWith('src/cli/') || source.isTest) return [];
  const allowed = ALLOWED[source.path] ?? [];
  const nodes = [...nodesOf(source.program)];
  const handedOn = new Set<Node>(
    nodes.flatMap(node => (node.type === 'SpreadElement' ? [node.argument] : [])),
  );
  const uses = nodes.flatMap(node => {
    const name = effectOf(node);
    if (name === undefined || allowed.includes(name)) return [];
    // `{ ...process.env, A: 'b' }` gives the environment to a child and reads nothing.
    if (name === 'process.env' && handedOn.has(node)) return [];
    return [violationAt(source, node.start, `${name}: only src/cli may; take what is needed as an argument`)];
  });
  return [...uses, ...mutableState(source)];
}

function effectOf(node: Node): string | undefined {
  if (node.type === 'ImportDeclaration' && node.source.value === 'node:process') return importedEffect(node);
  if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier') return undefined;
  const { name } = node.object;
  const part = node.property.type === 'Identifier' && !node.computed ? node.property.name : '';
  if (name === 'console') return `console.${part}`;
  return name === 'process' && OF_THE_COMMAND_LINE.has(part) ? `process.${part}` : undefined;
}

function importedEffect(node: Extract<Node, { type: 'ImportDeclaration' }>): string | undefined {
  for (const { type, local, ...rest } of node.specifiers) {
    const imported =
      'imported' in rest && rest.imported.type === 'Identifier' ? rest.imported.name : local.name;
    if (type === 'ImportSpecifier' && OF_THE_COMMAND_LINE.has(imported)) return `process.${imported}`;
  }
  return undefined;
}

function mutableState(source: Source): Violation[] {
  return source.program.body.flatMap(statement => {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declared?.type !== 'VariableDeclaration' || declared.kind === 'const') return [];
    return [
      violationAt(
        source,
        statement.start,
        `${declared.kind} at the top of a module: hold the state in an object`,
      ),
    ];
  });
}
