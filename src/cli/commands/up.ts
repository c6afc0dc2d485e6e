import { SampanError } from '../../core/errors/index.ts';
import { execute, planOf, refreshImages, type ServiceOutcome } from '../../run/supervise/index.ts';
import { any, choice, defineCommand, flag } from '../command/index.ts';
import {
  bringConfig,
  compare,
  composeFiles,
  defaultsText,
  eventLine,
  executeContext,
  openProject,
  PROJECT_OPTIONS,
  planJson,
  planTable,
  refreshDevice,
} from '../compose/index.ts';
import type { Context } from '../context/index.ts';
import { GATE_OPTIONS } from '../gate/index.ts';
import { writeJson } from '../output/index.ts';

/** `sampan up`. */
export const upCommand = defineCommand({
  description:
    'Makes what runs on this device what the Compose file says, with its engine (Docker or Podman). What is right already is left alone. A service that changes gets a new container; when that is not healthy in its time, the old one runs again. Images that are there need no network; one that is missing is looked for in the bundles, archives and deltas next to the Compose file first, then in the store, then in its registry. What the file leaves open is filled with what is safe on a device, and each of these defaults is told.\n\nContainers carry the labels of Compose, so that docker compose sees the same project.',
  arguments: {
    services: any({ description: 'only these services, and what they need', complete: 'nothing' }),
  },
  options: {
    ...PROJECT_OPTIONS,
    pull: choice({
      values: ['always', 'missing', 'never'],
      description: 'when images are fetched; as the file says unless told',
    }),
    recreate: flag({ description: 'new containers, even where the old ones are right' }),
    removeOrphans: flag({ description: 'remove containers of the project that the file does not have' }),
    force: flag({ description: 'replace containers whose update lock is held' }),
    ...GATE_OPTIONS,
    dryRun: flag({ short: 'n', description: 'only print the plan' }),
    json: flag({ description: 'print JSON, schema sampan.up/1' }),
  },
  exitCodes: {
    3: 'a new version was not healthy, and the old one runs again; or the trust policy refuses an image',
  },
  examples: [
    { line: 'up', explanation: 'the compose.yaml of this directory' },
    { line: 'up --dry-run', explanation: 'what would be done' },
    { line: 'up -f site.yaml web', explanation: 'one service, and those that it needs' },
  ],
  async run(context, { services, ...values }) {
    await refreshDevice(context, composeFiles(context, values.file));
    const { project } = openProject(context, values, services);
    let compared = await compare(context, project);
    const options = { services, recreates: values.recreate, removesOrphans: values.removeOrphans };
    const pulls = values.pull === undefined ? {} : { pulls: values.pull };
    let plan = planOf(compared.wanted, compared.current, { ...options, ...pulls });
    if (values.dryRun) {
      if (values.json) writeJson(context.stdout, 'sampan.up/1', { done: false, ...planJson(plan) });
      else context.stdout.write(planTable(plan, context));
      return;
    }
    const report = (event: Parameters<typeof eventLine>[0]): void => {
      const line = context.quiet ? undefined : eventLine(event, context);
      if (line !== undefined) context.stderr.write(line);
    };
    if (await refreshImages(plan, executeContext(context, compared, { ...values, report }))) {
      compared = await compare(context, project);
      plan = planOf(compared.wanted, compared.current, { ...options, pulls: 'missing' });
    }
    const isChanging = plan.services.some(({ steps }) =>
      steps.some(({ kind }) => kind === 'create' || kind === 'replace'),
    );
    if (isChanging && !context.quiet && !values.json) tellDefaults(context, defaultsText(compared.wanted));
    const outcomes = await execute(plan, executeContext(context, compared, { ...values, report }));
    await bringConfig(context, compared.docker, project);
    if (values.json)
      writeJson(context.stdout, 'sampan.up/1', {
        done: true,
        ...planJson(plan),
        outcomes: outcomes.map(outcomeJson),
      });
    else if (!context.quiet) context.stdout.write(`${summary(outcomes, project.name)}\n`);
    throwFirst(outcomes);
  },
});

function tellDefaults({ stderr }: Context, text: string): void {
  if (text !== '') stderr.write(`where the file says nothing:\n${text}`);
}

function outcomeJson({ service, error }: ServiceOutcome): object {
  return { service, ...(error === undefined ? { ok: true } : { ok: false, error: error.message }) };
}

function summary(outcomes: readonly ServiceOutcome[], name: string): string {
  const failed = outcomes.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return `${name}: all ${outcomes.length} services are as the file says`;
  return `${name}: ${failed.length} of ${outcomes.length} services failed`;
}

/** A version that was rolled back is a gate that said no; all else has its own code. */
function throwFirst(outcomes: readonly ServiceOutcome[]): void {
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  const [first] = errors;
  if (first === undefined) return;
  const worst = errors.find(({ code }) => code !== 'unproven') ?? first;
  throw new SampanError(worst.code, errors.map(({ message }) => message).join('\n'), {
    cause: worst,
    ...(worst.remedy === undefined ? {} : { remedy: worst.remedy }),
  });
}
