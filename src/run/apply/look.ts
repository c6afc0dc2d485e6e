import type { Project } from '../compose/index.ts';
import {
  type Current,
  type ExecuteContext,
  type Plan,
  planOf,
  refreshImages,
  type ServiceOutcome,
  type SuperviseEvent,
  versionOf,
  type Wanted,
} from '../supervise/index.ts';

/** A project beside what there is of it. */
export interface Comparison {
  readonly wanted: Wanted;
  readonly current: Current;
  context(report: (event: SuperviseEvent) => void): ExecuteContext;
}

/** What is remembered of a project between two looks. */
interface Looked {
  /** Versions that were not healthy: not tried again until something about them changes. */
  readonly refused: Set<string>;
  /** When newer images were asked for, of a clock that never jumps. */
  refreshedMs: number;
}

type Compare = (project: Project, signal: AbortSignal) => Promise<Comparison>;

interface Looking {
  readonly tools: { readonly compare: Compare };
  readonly signal: AbortSignal;
  readonly report: (event: SuperviseEvent) => void;
  readonly nowMs: number;
}

const REFRESH_MS = 86_400_000;

/** What must be done. Newer images are asked for once a day, and before the plan, which is made of what came. */
export async function look(
  state: Looked,
  project: Project,
  { tools, signal, report, nowMs }: Looking,
): Promise<{ readonly comparison: Comparison; readonly plan: Plan }> {
  const options = { leavesEnded: true, removesOrphans: true, refused: state.refused };
  const isDue = nowMs - state.refreshedMs >= REFRESH_MS;
  const comparison = await tools.compare(project, signal);
  const { wanted, current } = comparison;
  if (!isDue) return { comparison, plan: planOf(wanted, current, { ...options, pulls: 'missing' }) };
  state.refreshedMs = nowMs;
  const first = planOf(wanted, current, options);
  if (!(await refreshImages(first, comparison.context(report)))) return { comparison, plan: first };
  const again = await tools.compare(project, signal);
  return { comparison: again, plan: planOf(again.wanted, again.current, { ...options, pulls: 'missing' }) };
}

/** Remembers versions that failed, so that the old ones are not ended for them again and again. */
export async function refuse(
  state: Looked,
  failed: readonly ServiceOutcome[],
  {
    tools,
    project,
    signal,
  }: {
    readonly tools: { readonly compare: Compare };
    readonly project: Project;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { wanted, current } = await tools.compare(project, signal);
  for (const { service, error } of failed) {
    if (error?.code !== 'unproven') continue;
    for (const container of wanted.services.get(service)?.containers ?? [])
      state.refused.add(versionOf(container, current.images.get(container.image)));
  }
}
