import { dirname, join } from '../../tree/index.ts';
import type { Keeper } from './keeper.ts';
import type { Owners } from './owners.ts';

const BYTE_CODE = /^(.*)\/__pycache__\/([^/]+)\.[a-z]+-\d+(?:\.opt-\d)?\.pyc$/;
const SCRIPT = /\.(?:[cm]?js|json|node)$/;

/** Keeps what belongs to kept files without ever being read with them. */
export function keepCompanions(keeper: Keeper): void {
  for (const path of [...keeper.kept.keys()]) {
    const [, directory, module] = BYTE_CODE.exec(path) ?? [];
    if (directory !== undefined) {
      // Python looks whether the source is there and how old it is, and reads only its byte code.
      keeper.keep(`${directory}/${module}.py`, {
        kind: 'rule',
        text: 'the source of byte code that is read',
        by: path,
      });
    }
    if (SCRIPT.test(path)) keepManifest(keeper, path);
  }
}

/** The nearest `package.json` says how Node reads the files below it. */
function keepManifest(keeper: Keeper, path: string): void {
  for (let at = dirname(path); at !== '/'; at = dirname(at)) {
    const manifest = join(at, 'package.json');
    if (keeper.tree.get(manifest)?.kind === 'file') {
      keeper.keep(manifest, { kind: 'rule', text: 'says how Node reads the package', by: path });
      return;
    }
  }
}

/** Keeps what a used Python distribution says of itself: programs look up versions and entry points there. */
export function keepDistributions(keeper: Keeper, owners: Owners): void {
  for (const each of owners.languagePackages) {
    if (each.ecosystem !== 'pypi' || !each.paths.some(path => keeper.has(path))) continue;
    for (const path of each.paths) {
      if (!/\.(?:dist|egg)-info(?:\/(?:METADATA|PKG-INFO|entry_points\.txt|top_level\.txt))?$/.test(path))
        continue;
      keeper.keep(path, { kind: 'rule', text: `describes the distribution ${each.name}` });
    }
  }
}
