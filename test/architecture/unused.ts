import { posix } from 'node:path';
import { nodesOf, type Source, type Violation, violationAt } from './source.ts';

/** Every exported function, class and constant has a user in another file; an `index.ts` that hands it on is none. */
export function unusedExports(sources: readonly Source[]): Violation[] {
  const readers = sources.filter(({ path }) => posix.basename(path) !== 'index.ts');
  const users = new Map<string, number>();
  for (const name of readers.flatMap(source => [...namesIn(source)]))
    users.set(name, (users.get(name) ?? 0) + 1);
  return readers.flatMap(source =>
    valuesOf(source)
      .filter(({ name }) => users.get(name) === 1)
      .map(({ name, offset }) =>
        violationAt(source, offset, `no other file uses ${name}: delete it, or do not export it`),
      ),
  );
}

function namesIn(source: Source): ReadonlySet<string> {
  return new Set(
    [...nodesOf(source.program)].flatMap(node => (node.type === 'Identifier' ? [node.name] : [])),
  );
}

function valuesOf(source: Source): { readonly name: string; readonly offset: number }[] {
  return source.program.body.flatMap(statement => {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : null;
    const names =
      declared?.type === 'VariableDeclaration'
        ? declared.declarations.map(({ id }) => id)
        : declared?.type === 'FunctionDeclaration' || declared?.type === 'ClassDeclaration'
          ? [declared.id]
          : [];
    return names.flatMap(id =>
      id?.type === 'Identifier' ? [{ name: id.name, offset: statement.start }] : [],
    );
  });
}
