import type { ImageConfig } from '../../../core/oci/index.ts';
import type { Node, Tree } from '../../tree/index.ts';
import { surroundingsOf, type WasteRule, wasteFinder } from '../../userland/waste/index.ts';
import { environmentOf } from './environment.ts';
import { type Owners, readOwners } from './owners.ts';

/** What can be known of an image without running it, whatever the level. */
export interface Knowledge {
  readonly owners: Owners;
  /** The rule by which a node is waste, if it is; the answer is remembered. */
  wasteOf(node: Node): WasteRule | undefined;
}

/** Reads what is known of an image. `env` is what the user adds to the image's environment. */
export function study(tree: Tree, config: ImageConfig, env: readonly string[]): Knowledge {
  const owners = readOwners(tree, config);
  const around = surroundingsOf({
    tree,
    env: environmentOf([...(config.config?.Env ?? []), ...env]),
    databases: owners.databases,
    languages: owners.languagePackages,
  });
  const find = wasteFinder(around);
  const known = new Map<Node, WasteRule | undefined>();
  return {
    owners,
    wasteOf: node => {
      if (known.has(node)) return known.get(node);
      const rule = find(node, owners.packageOf(node.path));
      // Licences are told apart so that they are not taken for documentation.
      const waste = rule?.category === 'license' ? undefined : rule;
      known.set(node, waste);
      return waste;
    },
  };
}
