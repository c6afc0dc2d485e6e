import { type Environment, translationNames, wantedLocales } from '../../userland/system/index.ts';
import type { Keeper } from './keeper.ts';
import type { Owners } from './owners.ts';

const DIRECTORY = '/usr/share/locale';

/** Keeps what programs say in the languages of the environment, as far as their package stays; the library of C speaks always. */
export function keepTranslations(
  keeper: Keeper,
  owners: Owners,
  options: { readonly env: Environment; readonly isWaste: (path: string) => boolean },
): void {
  const names = new Set(wantedLocales(options.env).flatMap(translationNames));
  for (const name of names) {
    const directory = `${DIRECTORY}/${name}/LC_MESSAGES`;
    for (const file of keeper.tree.list(directory)) {
      const path = `${directory}/${file}`;
      const owner = owners.packageOf(path);
      const speaks = file === 'libc.mo' || owner?.files.some(own => !own.endsWith('.mo') && keeper.has(own));
      if (speaks === true && !options.isWaste(path))
        keeper.keep(path, { kind: 'rule', text: `messages in the language ${name}` });
    }
  }
}
