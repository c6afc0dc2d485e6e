import { bytesContent, type Content } from '../../../../core/bytes/index.ts';
import type { Tree } from '../../../tree/index.ts';
import { readText } from '../../reading/index.ts';
import { apkLines } from './apk.ts';
import { dpkgLocator, parseChecksums } from './dpkg.ts';
import { realPaths } from './real-paths.ts';
import type { OsPackage, PackageDatabase } from './types.ts';

/** A file of a database that is written anew. */
export interface WrittenFile {
  readonly path: string;
  readonly content: Content;
}

/** What stays of an image. */
export interface Kept {
  readonly packages: readonly OsPackage[];
  /** Whether the file at a real path stays. */
  keeps(path: string): boolean;
}

/**
 * The database of what is kept, in place of everything at `databasePaths`: for dpkg `status.d` with a
 * stanza and the checksums of the kept files for each package, the layout that scanners know from
 * images without a package manager; for apk its `installed`. The paths are sorted, so the same input
 * gives the same files. Absent where a database cannot be reduced (rpm): then it stays as it is.
 */
export function reducedDatabase(
  tree: Tree,
  database: PackageDatabase,
  kept: Kept,
): readonly WrittenFile[] | undefined {
  switch (database.manager) {
    case 'dpkg':
      return reduceDpkg(tree, kept);
    case 'apk':
      return reduceApk(tree, `${database.databasePaths[0]}/installed`, kept);
    case 'rpm':
      return undefined;
  }
}

function reduceDpkg(tree: Tree, kept: Kept): readonly WrittenFile[] {
  const locate = dpkgLocator(tree);
  const seen = new Set<string>();
  return kept.packages.flatMap(each => {
    // Two architectures of one package: the second takes its architecture into its name.
    const name = seen.has(each.name) ? `${each.name}:${each.architecture}` : each.name;
    seen.add(each.name);
    const path = `/var/lib/dpkg/status.d/${name}`;
    const sums = parseChecksums(checksumsOf(tree, each, path))
      .filter(sum => kept.keeps(locate(each.name, sum.path)))
      .map(sum => `${sum.line}\n`)
      .join('');
    return [
      { path, content: bytesContent(`${each.raw}\n`) },
      ...(sums === '' ? [] : [{ path: `${path}.md5sums`, content: bytesContent(sums) }]),
    ];
  });
}

function checksumsOf(tree: Tree, each: OsPackage, path: string): string {
  const info = '/var/lib/dpkg/info';
  return (
    readText(tree, `${info}/${each.name}:${each.architecture}.md5sums`) ??
    readText(tree, `${info}/${each.name}.md5sums`) ??
    readText(tree, `${path}.md5sums`) ??
    ''
  );
}

function reduceApk(tree: Tree, path: string, kept: Kept): readonly WrittenFile[] {
  const real = realPaths(tree);
  const records = kept.packages.map(each => `${reduceRecord(each.raw, real, kept)}\n\n`);
  return [{ path, content: bytesContent(records.join('')) }];
}

/** Drops the files that do not stay, and the directories in which none does; other lines stay. */
function reduceRecord(raw: string, real: (path: string) => string, kept: Kept): string {
  const out: string[] = [];
  let directory: { readonly path: string; readonly lines: string[] } | undefined;
  let keepsFile = true;
  for (const { line, key, value } of apkLines(raw)) {
    if (key === 'F') {
      directory = { path: value === '' ? '' : `/${value}`, lines: [line] };
    } else if (key === 'R') {
      keepsFile = kept.keeps(real(`${directory?.path ?? ''}/${value}`));
      if (keepsFile) out.push(...(directory?.lines.splice(0) ?? []), line);
    } else if (key === 'M') directory?.lines.push(line);
    else if ((key !== 'a' && key !== 'Z') || keepsFile) out.push(line);
  }
  return out.join('\n');
}
