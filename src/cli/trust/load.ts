import type { OpenBundle } from '../../carry/bundle/index.ts';
import type { LoadPlan } from '../../carry/load/index.ts';
import type { ImageIndex } from '../../core/oci/index.ts';
import { changeLayoutIndex } from '../../core/store/index.ts';
import type { Context } from '../context/index.ts';
import { evidenceLayout } from './evidence.ts';
import type { Gate } from './gate.ts';
import { keepSignatures } from './keep.ts';

/** What is to be let in. */
export interface BundleAtGate {
  readonly bundle: OpenBundle;
  readonly plan: LoadPlan;
  /** Absent: everything is let in. */
  readonly gate: Gate | undefined;
}

/** Lets all images of a file in, under each of their names, or none. @throws SampanError `unproven`. */
export async function admitBundle({ bundle, plan, gate }: BundleAtGate): Promise<void> {
  if (gate === undefined) return;
  for (const [i, { names, item }] of plan.images.entries()) {
    const whole = bundle.images[i]?.root;
    const parents = whole === undefined ? [] : [whole];
    for (const reference of names.length === 0 ? [undefined] : names) {
      const name = reference === undefined ? bundle.path : `${bundle.path}: ${reference}`;
      await gate.admit({ name, source: item.source, root: item.root, parents, reference });
    }
  }
}

/** Images of an engine go without telling: what was kept longest is forgotten. */
const MAX_EVIDENCE = 1000;

function newest(index: ImageIndex): ImageIndex {
  return { ...index, manifests: index.manifests.slice(-MAX_EVIDENCE) };
}

/** Keeps the signatures of what went into an engine, so that it can be verified there. */
export async function keepEvidence(context: Context, plan: LoadPlan): Promise<void> {
  if (plan.place.kind !== 'engine') return;
  const layout = evidenceLayout(context);
  for (const { names, item, id } of plan.images) {
    const { source, root } = item;
    const name = names[0] ?? root.digest;
    await keepSignatures(context, { name, source, root }, { layout, to: id, isNeeded: false });
  }
  await changeLayoutIndex(layout.directory, newest, { signal: context.signal });
}
