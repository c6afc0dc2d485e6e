import { readContent } from '../../../core/bytes/index.ts';
import type { Steps } from '../../../core/steps/index.ts';
import type { FileNode } from '../../tree/index.ts';
import { findStrings, readElf } from '../../userland/elf/index.ts';
import { iconvFiles } from '../../userland/system/index.ts';
import type { Keeper } from './keeper.ts';
import type { Owners } from './owners.ts';

const NAME = /(?<![\w-])[A-Za-z][\w:.+-]{2,30}(?![\w-])/;
const TEXT = /\.(?:php|phtml|inc|pl|pm|sh|bash|rb|lua|tcl|conf|cfg|ini|ya?ml|json|toml|xml|env)$/;
const MAX_TEXT_BYTES = 1 << 20;
const MAX_NAMES = 200_000;

/** Keeps what iconv(3) needs for the character sets that the user's own programs and texts name. */
export function* keepCharsets(keeper: Keeper, owners: Owners): Steps<void> {
  const names = new Set<string>();
  for (const path of keeper.kept.keys()) {
    const node = keeper.tree.get(path);
    if (node?.kind !== 'file' || node.content.size === 0 || !owners.isUsers(node)) continue;
    for (const name of namesIn(node)) if (names.size < MAX_NAMES) names.add(name);
    yield;
  }
  for (const { path, reason } of iconvFiles(keeper.tree, [...names]))
    keeper.keep(path, { kind: 'rule', text: reason });
}

function namesIn(node: FileNode): readonly string[] {
  if (readElf(node.content) !== undefined) return findStrings(node.content, NAME);
  const isText = TEXT.test(node.path) || (node.meta.mode & 0o111) !== 0;
  if (!isText || node.content.size > MAX_TEXT_BYTES) return [];
  return readContent(node.content).toString('latin1').match(new RegExp(NAME, 'g')) ?? [];
}
