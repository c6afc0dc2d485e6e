import { join } from 'node:path';
import type { OpenImage } from '../../core/store/index.ts';
import {
  type Candidate,
  enforcePolicy,
  fileRecord,
  type Permit,
  type Policy,
  readOnly,
} from '../../trust/sign/index.ts';
import type { Context } from '../context/index.ts';
import { placesOf } from '../places/index.ts';
import { evidenceLayout, withEvidence } from './evidence.ts';
import { openPolicy } from './policy.ts';

/** Lets images in, or not. */
export interface Gate {
  readonly policy: Policy;
  /**
   * Asks the policy, without any network but that of the image's own source. What is let in is remembered.
   *
   * @throws SampanError `unproven` (exit status 3) for what is refused.
   */
  admit(image: Candidate): Promise<Permit>;
}

/** The gate of this device; absent where it has no policy, and everything is let in. */
export async function openGate(
  context: Context,
  options: {
    readonly policy: string | undefined;
    readonly allowRollback: boolean;
    readonly isTrial?: boolean;
  },
): Promise<Gate | undefined> {
  const policy = await openPolicy(context, options.policy);
  if (policy === undefined) return undefined;
  const { now, signal } = context;
  const file = fileRecord(join(placesOf(context).data, 'trust', 'accepted.json'), { signal });
  const record = options.isTrial ? readOnly(file) : file;
  const { allowRollback } = options;
  return {
    policy,
    admit: async image => await enforcePolicy(policy, image, { now, record, allowRollback, signal }),
  };
}

/**
 * Lets an opened image in, wherever it is: for one in an engine, by the signatures that it came with. @throws SampanError `unproven`.
 */
export async function admitOpened(
  context: Context,
  opened: OpenImage,
  how: { readonly gate: Gate; readonly reference: string },
): Promise<Permit> {
  const { name, image, root } = opened;
  const source = await withEvidence(opened, evidenceLayout(context));
  const { gate, reference } = how;
  return await gate.admit({ name, source, root: image.descriptor, parents: [root], reference });
}
