import { isIdle, type Plan, type Step, type SuperviseEvent, type Wanted } from '../../run/supervise/index.ts';
import type { Context } from '../context/index.ts';
import { formatTable, styleFor } from '../output/index.ts';

/** The plan as a table: what is done with each container, and why. */
export function planTable(plan: Plan, { stdout }: Pick<Context, 'stdout'>): string {
  const rows = [
    ...plan.networks.map(({ name }) => ['create', 'network', name, '']),
    ...plan.volumes.map(({ name }) => ['create', 'volume', name, '']),
    ...plan.services.flatMap(({ image, steps, needs }) => [
      ...(image === undefined ? [] : [[image.isRefresh ? 'refresh' : 'fetch', 'image', image.reference, '']]),
      ...steps.map(step =>
        stepRow(
          step,
          needs.map(({ service }) => service),
        ),
      ),
    ]),
    ...plan.orphans.map(({ name }) => [
      plan.removesOrphans ? 'remove' : 'leave',
      'container',
      name,
      'no service of the file has it',
    ]),
  ];
  return isIdle(plan) && rows.every(([verb, , , why]) => verb === 'keep' && why === '')
    ? `${plan.project} is as the file says\n`
    : formatTable(
        [
          { title: 'STEP' },
          { title: 'WHAT' },
          { title: 'NAME', shrink: 'text' },
          { title: 'WHY', shrink: 'text' },
        ],
        rows,
        stdout,
      );
}

function stepRow(step: Step, needs: readonly string[]): string[] {
  const name = step.kind === 'remove' ? step.current.name : step.container.name;
  const after = needs.length === 0 ? '' : `after ${needs.join(', ')}`;
  const why = 'reason' in step ? step.reason : step.kind === 'keep' ? (step.waitsFor ?? '') : after;
  const how = step.kind === 'replace' ? `${why} (${step.strategy})` : why;
  return [step.kind, 'container', name, how];
}

/** The plan for `--json`. */
export function planJson(plan: Plan): object {
  const container = (step: Step): object => ({
    step: step.kind,
    name: step.kind === 'remove' ? step.current.name : step.container.name,
    ...('reason' in step ? { reason: step.reason } : {}),
    ...('waitsFor' in step ? { waitsFor: step.waitsFor } : {}),
    ...(step.kind === 'replace' ? { strategy: step.strategy } : {}),
  });
  return {
    project: plan.project,
    idle: isIdle(plan),
    networks: plan.networks.map(({ name }) => name),
    volumes: plan.volumes.map(({ name }) => name),
    services: plan.services.map(({ service, image, needs, steps }) => ({
      service,
      needs,
      ...(image === undefined ? {} : { image: image.reference }),
      steps: steps.map(container),
    })),
    orphans: plan.orphans.map(({ name }) => name),
  };
}

/** The defaults that were taken for each service, one line for each kind. */
export function defaultsText({ services }: Wanted): string {
  const byText = new Map<string, string[]>();
  for (const { service, defaults } of services.values())
    for (const notice of defaults.notices) byText.set(notice, [...(byText.get(notice) ?? []), service.name]);
  return [...byText].map(([notice, names]) => `  ${notice} (${names.join(', ')})\n`).join('');
}

const MARKS: Readonly<Partial<Record<SuperviseEvent['kind'], string>>> = {
  pulling: '↓',
  failed: '✗',
  'rolled-back': '↩',
  held: '‖',
  stale: '!',
};

/** One line for what happened; nothing for what is only in between. */
export function eventLine(
  { container, kind, detail }: SuperviseEvent,
  { stderr }: Pick<Context, 'stderr'>,
): string | undefined {
  if (kind === 'kept' || kind === 'waiting') return undefined;
  const mark = MARKS[kind];
  const style = styleFor(stderr);
  const sign = mark === undefined ? style.green('✓') : style.yellow(mark);
  return `${sign} ${container} ${kind}${detail === '' ? '' : `: ${detail}`}\n`;
}
