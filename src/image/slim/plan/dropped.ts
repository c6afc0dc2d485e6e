import { setImmediate as nextTurn } from 'node:timers/promises';
import { globsIn } from './glob.ts';
import type { Drop, PlanInput, SlimPlan } from './types.ts';

/** So many at a time: a few milliseconds. */
const SLICE = 1000;

/** Why each file that a plan does not keep goes, by real path. It lets other work go on meanwhile. */
export async function explainDropped(input: PlanInput, plan: SlimPlan): Promise<ReadonlyMap<string, Drop>> {
  const { owners, wasteOf } = input.knowledge;
  const byUser = globsIn(input.tree, input.drop);
  const dropped = new Map<string, Drop>();
  let count = 0;
  for (const node of input.tree.nodes()) {
    if (plan.kept.has(node.path) || node.kind === 'directory') continue;
    count += 1;
    if (count % SLICE === 0) await nextTurn();
    const owner = owners.packageOf(node.path)?.name;
    const category = byUser(node.path)
      ? 'user'
      : owners.isDevelopment(node.path)
        ? 'development'
        : (wasteOf(node)?.category ?? 'unused');
    dropped.set(node.path, { category, ...(owner === undefined ? {} : { owner }) });
  }
  return dropped;
}
