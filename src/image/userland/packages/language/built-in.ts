import { inflateSync } from 'node:zlib';
import { type Content, readContent, sliceContent } from '../../../../core/bytes/index.ts';
import type { Tree } from '../../../tree/index.ts';
import { openElf } from '../../elf/index.ts';
import { member, textMember } from '../../reading/index.ts';
import { readGoBuild } from './go.ts';
import type { LanguagePackage } from './types.ts';

const PACKED_MAX_BYTES = 1 << 20;
const PLAIN_MAX_BYTES = 8 << 20;

/** The Go modules and Rust crates that are built into the programs at `paths`; the root is the program. */
export function readBuiltInPackages(tree: Tree, paths: Iterable<string>): readonly LanguagePackage[] {
  const found: LanguagePackage[] = [];
  for (const path of paths) {
    const node = tree.get(path);
    if (node?.kind !== 'file') continue;
    found.push(...goPackages(path, node.content), ...cargoPackages(path, node.content));
  }
  return found;
}

function goPackages(root: string, content: Content): readonly LanguagePackage[] {
  const build = readGoBuild(content);
  if (build === undefined) return [];
  const standard = { path: 'stdlib', version: build.goVersion.replace(/^go/, '') };
  const modules = [standard, ...(build.main === undefined ? [] : [build.main]), ...build.dependencies];
  return modules.map(each => ({
    ecosystem: 'golang',
    name: each.path,
    version: each.version,
    root,
    paths: [],
    development: false,
  }));
}

/** The list that `cargo auditable` leaves in `.dep-v0`: JSON, packed with zlib. */
function cargoPackages(root: string, content: Content): readonly LanguagePackage[] {
  const section = openElf(content)?.headers.sections.find(each => each.name === '.dep-v0');
  if (section === undefined || section.size > PACKED_MAX_BYTES) return [];
  const packed = readContent(sliceContent(content, section.offset, section.offset + section.size));
  const packages = member(unpacked(packed), 'packages');
  return (Array.isArray(packages) ? packages : []).flatMap(each => {
    const name = textMember(each, 'name');
    if (name === undefined || textMember(each, 'kind') === 'build') return [];
    const version = textMember(each, 'version') ?? '';
    return [{ ecosystem: 'cargo' as const, name, version, root, paths: [], development: false }];
  });
}

function unpacked(bytes: Buffer): unknown {
  try {
    return JSON.parse(inflateSync(bytes, { maxOutputLength: PLAIN_MAX_BYTES }).toString());
  } catch {
    return undefined;
  }
}
