import type { ImageDiff } from '../../image/diff/index.ts';
import type { Ground, Inspected } from '../../image/inspect/index.ts';
import { type DiffPageFile, diffPage, type InspectPageFile, inspectPage } from '../../image/page/index.ts';
import { readVersion } from '../version/index.ts';

/** The page that shows an inspection. */
export function inspectPageOf({ inspection, ground, found }: Inspected): string {
  const titles = new Map(inspection.findings.map(finding => [finding.id, finding.title]));
  const owners = packageNames(ground);
  const files: InspectPageFile[] = [];
  for (const { node, path, size, layer } of ground.files) {
    const waste = found.waste.get(node);
    files.push({
      path,
      size,
      waste: waste === undefined ? '' : (titles.get(waste) ?? waste),
      package: owners(node, path),
      layer,
    });
  }
  return inspectPage({ inspection, files, version: readVersion() });
}

/** The page that shows a comparison. */
export function diffPageOf(diff: ImageDiff, before: Inspected, after: Inspected): string {
  const files = new Map<string, DiffPageFile>();
  const changes = new Map(diff.files.map(each => [each.path, each.kind]));
  for (const [side, { ground }] of [
    ['before', before],
    ['after', after],
  ] as const) {
    const owners = packageNames(ground);
    for (const { node, path, size } of ground.files) {
      const known = files.get(path) ?? {
        path,
        before: 0,
        after: 0,
        change: changes.get(path) ?? 'same',
        package: '',
      };
      files.set(path, { ...known, [side]: size, package: owners(node, path) || known.package });
    }
  }
  return diffPage({ diff, files: [...files.values()], version: readVersion() });
}

/** The package of a file: of the system, or of a language by the directory that it is in. */
function packageNames({ owners, languages }: Ground): (node: number, path: string) => string {
  const roots = new Map(languages.map(each => [each.root, each.name]));
  return (node, path) => {
    const owner = owners.ownerOf(node);
    if (owner !== undefined) return owner.name;
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const name = roots.get(at);
      if (name !== undefined) return name;
    }
    return '';
  };
}
