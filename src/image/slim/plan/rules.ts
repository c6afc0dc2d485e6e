import type { Tree } from '../../tree/index.ts';
import {
  accountFiles,
  certificateBundles,
  certificateDirectories,
  type Environment,
  iconvFiles,
  localeFiles,
  nameServiceFiles,
  opensslFiles,
  osReleaseFiles,
  pamFiles,
  type SystemPath,
  shellFiles,
  terminalFiles,
  timeZoneFiles,
  userFiles,
  wantedCharsets,
  zoneDatabase,
} from '../../userland/system/index.ts';
import type { Facts } from './facts.ts';
import type { Keeper } from './keeper.ts';
import type { Level } from './types.ts';

/** Something that a part of the system reads whenever another part is there. */
interface Rule {
  /** `always`: also where everything else is by evidence alone. */
  readonly at: 'always' | 'balanced';
  applies(facts: Facts): boolean;
  files(tree: Tree, env: Environment): readonly SystemPath[];
}

const everywhere = (): boolean => true;

const RULES: readonly Rule[] = [
  { at: 'always', applies: everywhere, files: osReleaseFiles },
  { at: 'always', applies: everywhere, files: userFiles },
  { at: 'always', applies: facts => facts.hasCode, files: nameServiceFiles },
  { at: 'always', applies: facts => facts.hasCode, files: timeZoneFiles },
  { at: 'balanced', applies: facts => facts.usesTime, files: (tree, env) => zoneDatabase(tree, env).needed },
  { at: 'balanced', applies: facts => facts.usesTls, files: certificateBundles },
  { at: 'balanced', applies: facts => facts.libraries.has('libssl'), files: certificateDirectories },
  { at: 'balanced', applies: facts => facts.libraries.has('libcrypto'), files: opensslFiles },
  {
    at: 'balanced',
    applies: facts => facts.hasCode,
    files: (tree, env) => [...localeFiles(tree, env), ...iconvFiles(tree, wantedCharsets(env))],
  },
  { at: 'balanced', applies: facts => facts.libraries.has('libpam'), files: tree => pamFiles(tree) },
  {
    at: 'balanced',
    applies: facts => facts.libraries.has('libtinfo') || facts.libraries.has('libncursesw'),
    files: terminalFiles,
  },
  {
    at: 'balanced',
    applies: facts => facts.startsShell,
    files: tree => shellFiles(tree).filter(isPlainShell),
  },
  { at: 'balanced', applies: facts => facts.checksAccounts, files: accountFiles },
  { at: 'balanced', applies: facts => facts.logsIn, files: tree => shellFiles(tree) },
];

function isPlainShell({ path }: SystemPath): boolean {
  return /\/(?:sh|dash|busybox)$/.test(path);
}

/** Keeps what the rules say for what is kept so far. */
export function keepByRules(
  keeper: Keeper,
  facts: Facts,
  options: { readonly level: Level; readonly env: Environment },
): void {
  for (const rule of RULES) {
    if (rule.at === 'balanced' && options.level === 'tight') continue;
    if (!rule.applies(facts)) continue;
    for (const { path, reason } of rule.files(keeper.tree, options.env)) {
      keeper.keep(path, { kind: 'rule', text: reason });
    }
  }
}
