import type { Finding } from '../finding.ts';
import type { Ground, LiveFile } from '../ground.ts';
import { Collector } from './collect.ts';

const LEAST_BYTES = 64 << 10;
const LIBRARY = /\/(lib[^/]+?)\.so\.(\d[\d.]*)$/;

/** Several versions of one library: shared libraries, and packages of Node. */
export function versionFindings(ground: Ground, waste: ReadonlyMap<number, string>): readonly Finding[] {
  return [...sharedLibraries(ground, waste), ...nodePackages(ground)];
}

function sharedLibraries(ground: Ground, waste: ReadonlyMap<number, string>): readonly Finding[] {
  const names = new Map<string, LiveFile[]>();
  for (const file of ground.files) {
    const name =
      file.path.includes('.so.') && !waste.has(file.node) ? LIBRARY.exec(file.path)?.[1] : undefined;
    if (name === undefined) continue;
    const group = names.get(name);
    if (group === undefined) names.set(name, [file]);
    else group.push(file);
  }
  const files = new Collector();
  for (const [name, group] of names) {
    const versions = new Set(group.map(file => LIBRARY.exec(file.path)?.[2]));
    if (versions.size < 2) continue;
    const [, ...others] = group.toSorted((a, b) => b.size - a.size);
    for (const { layer, path, size } of others)
      files.add(layer, { path, bytes: size, note: `another ${name}` });
  }
  if (files.bytes < LEAST_BYTES) return [];
  const finding = files.finish(
    {
      id: 'library-versions',
      title: 'Several versions of the same shared library',
      confidence: 'possible',
      fix: 'RUN apt-get install -y … # all from one release, in one stage: COPY --from brings libraries of another one',
    },
    ground,
  );
  return [finding];
}

function nodePackages(ground: Ground): readonly Finding[] {
  const { tree, stacked } = ground;
  const names = new Map<string, { readonly root: string; readonly version: string }[]>();
  for (const { ecosystem, name, version, root } of ground.languages) {
    if (ecosystem !== 'npm' || !root.includes('/node_modules/')) continue;
    const group = names.get(name);
    if (group === undefined) names.set(name, [{ root, version }]);
    else group.push({ root, version });
  }
  const files = new Collector();
  for (const [name, group] of names) {
    if (group.length < 2) continue;
    const sized = group
      .map(each => ({ ...each, node: tree.find(each.root) }))
      .filter(each => each.node !== -1);
    const sizes = sized.map(each => ({ ...each, bytes: stacked.liveBytes[each.node]! }));
    const [, ...others] = sizes.sort((a, b) => b.bytes - a.bytes);
    for (const { root, version, bytes } of others) {
      files.add(tree.get(root)?.layer ?? 0, {
        path: root,
        bytes,
        note: `${name} ${version}, also there elsewhere`,
      });
    }
  }
  if (files.bytes < LEAST_BYTES) return [];
  const finding = files.finish(
    {
      id: 'duplicate-packages',
      title: 'Packages of Node that are there more than once',
      confidence: 'possible',
      fix: 'RUN npm dedupe && npm ci --omit=dev # or `overrides` in package.json; bundle the app',
    },
    ground,
  );
  return [finding];
}
