import { file, flag } from '../command/index.ts';

/** The options of every command that lets images in. */
export const GATE_OPTIONS = {
  policy: file({
    description:
      'the trust policy that says whose images are let in; SAMPAN_POLICY, /etc/sampan/policy.yaml or ~/.config/sampan/policy.yaml unless told, and everything where there is none',
  }),
  allowRollback: flag({ description: 'let an image in that was signed before the one that was let in last' }),
} as const;
