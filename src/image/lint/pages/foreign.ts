import { RULES } from '../rules/index.ts';

/** A rule of another tool. */
export interface ForeignRule {
  readonly tool: 'hadolint' | 'docker build --check' | 'dockle';
  readonly id: string;
  /** Ids of ours that find the same. */
  readonly ours: readonly string[];
  /** Why there is none, or what else does it. */
  readonly reason: string;
}

const numbered = (prefix: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${String(from + index).padStart(4, '0')}`);

/** Numbers that hadolint skipped, or gave up long ago. */
const UNUSED: ReadonlySet<string> = new Set(['DL4002']);

const HADOLINT = ['DL1001', ...numbered('DL', 3000, 3077), ...numbered('DL', 4000, 4007)].filter(
  id => !UNUSED.has(id),
);

const BUILDKIT = [
  ...['ConsistentInstructionCasing', 'CopyIgnoredFile', 'DuplicateStageName', 'ExposeInvalidFormat'],
  ...['ExposeProtoCasing', 'FromAsCasing', 'FromPlatformFlagConstDisallowed', 'InvalidBaseImagePlatform'],
  ...[
    'InvalidDefaultArgInFrom',
    'InvalidDefinitionDescription',
    'JSONArgsRecommended',
    'LegacyKeyValueFormat',
  ],
  ...[
    'MaintainerDeprecated',
    'MultipleInstructionsDisallowed',
    'NoEmptyContinuations',
    'RedundantTargetPlatform',
  ],
  ...['ReservedStageName', 'SecretsUsedInArgOrEnv', 'StageNameCasing', 'UndefinedArgInFrom', 'UndefinedVar'],
  'WorkdirRelativePath',
];

const DOCKLE = [...numbered('CIS-DI-', 1, 11), ...numbered('DKL-DI-', 1, 6), ...numbered('DKL-LI-', 1, 3)];

const REASONS: Readonly<Record<string, string>> = {
  DL1001: 'a comment with a reason is the right way to say that something is meant',
  DL3047: 'the length of a build log costs a device nothing',
  DL3050: 'a label too many harms nothing',
  DL3054: 'needs the list of licences; `required-label` asks that there is one',
  DL3055: 'the value is made by the build, not written in the file',
  DL3056: 'the value is made by the build, not written in the file',
  DL3058: 'an address in a label is for people',
  DL3061: '`syntax`: the file is refused with the place',
  InvalidBaseImagePlatform: 'needs the registry; the build itself says so',
  InvalidDefinitionDescription: 'about the wording of comments',
  'CIS-DI-0002': 'signatures are verified by `sampan verify`',
  'CIS-DI-0004': 'about the image: `sampan scan`',
  'CIS-DI-0005': 'signatures are verified by `sampan verify`',
  'CIS-DI-0011': 'about the image: `sampan scan`',
  'DKL-LI-0002': 'about the files of the image, which the Dockerfile does not show',
};

/** Every rule of the tools that people come from, in the order of their ids, with what finds the same here. */
export function foreignRules(): ForeignRule[] {
  const entries = (tool: ForeignRule['tool'], ids: readonly string[]) =>
    ids.map(id => ({
      tool,
      id,
      ours: RULES.filter(({ covers = [] }) => covers.includes(id)).map(rule => rule.id),
      reason: REASONS[id] ?? '',
    }));
  return [
    ...entries('hadolint', HADOLINT),
    ...entries('docker build --check', BUILDKIT),
    ...entries('dockle', DOCKLE),
  ];
}
