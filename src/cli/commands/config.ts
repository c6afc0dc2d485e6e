import { totalmem } from 'node:os';
import { relative } from 'node:path';
import { type Place, SERVICE, type Service, saidOf } from '../../run/compose/index.ts';
import { defaulted, type Machine } from '../../run/supervise/index.ts';
import { any, defineCommand, flag } from '../command/index.ts';
import {
  checkServices,
  composeFiles,
  type OpenProject,
  ORIGINS,
  openProject,
  PROJECT_OPTIONS,
  refreshDevice,
  type VariableOrigin,
} from '../compose/index.ts';
import { formatTable, writeJson } from '../output/index.ts';

const SECRET = /pass|secret|token|key|credential|auth/i;

/** `sampan config`. */
export const configCommand = defineCommand({
  description:
    'Reads a Compose file with all that it includes, checks it, and shows each value that each service gets, also those that Sampan fills in, with where it comes from: file (a Compose file), env_file (also .env), device, environment, flag (--set) or default. FROM is the line of its key, and the variables in it with theirs. A value with variables has the origin of the one that counts most. Values that look like secrets are hidden unless asked for.',
  arguments: { services: any({ description: 'only these services', complete: 'nothing' }) },
  options: {
    ...PROJECT_OPTIONS,
    secrets: flag({ description: 'show values that look like secrets' }),
    json: flag({ description: 'print JSON, schema sampan.config/2' }),
  },
  examples: [{ line: 'config', explanation: 'is the file right, and what does each service get?' }],
  async run(context, { services, secrets, json, ...values }) {
    await refreshDevice(context, composeFiles(context, values.file));
    const { project, originOf } = openProject(context, values, services);
    checkServices(project, services, project.inactive);
    const shown = [...project.services.values()].filter(
      ({ name }) => services.length === 0 || services.includes(name),
    );
    const rows = shown.flatMap(service => rowsOf(service, { shows: secrets, originOf }));
    if (json)
      return writeJson(context.stdout, 'sampan.config/2', {
        project: project.name,
        files: project.files,
        services: shown.map(({ name, image, written }) => ({
          name,
          image,
          keys: Object.keys(written).filter(key => key in SERVICE),
        })),
        values: rows,
      });
    context.stdout.write(
      formatTable(
        [
          { title: 'SERVICE' },
          { title: 'NAME', shrink: 'text' },
          { title: 'VALUE', shrink: 'text' },
          { title: 'ORIGIN' },
          { title: 'FROM', shrink: 'path' },
        ],
        rows.map(row => [row.service, row.name, row.value, row.origin, fromText(row, context.cwd)]),
        context.stdout,
      ),
    );
  },
});

interface Row {
  readonly service: string;
  /** The keys that lead to it. */
  readonly name: string;
  readonly value: string;
  readonly origin: VariableOrigin['origin'] | 'file' | 'default';
  /** `FILE:LINE` of its key; absent for a default. */
  readonly from?: string;
  /** Those in it. */
  readonly variables?: readonly ({ readonly name: string } & VariableOrigin)[];
}

interface Showing extends Pick<OpenProject, 'originOf'> {
  readonly shows: boolean;
}

/** As much as a default needs of the machine: what it limits is for `up` to say. */
const MACHINE: Machine = {
  memoryBytes: totalmem(),
  limits: { memory: true, swap: true, cpu: true, cpuset: true, pids: true },
};

function rowsOf(service: Service, showing: Showing): readonly Row[] {
  const said = saidOf(service).map(({ name, place, variables, value }) =>
    rowOf({ service: service.name, name, value, origin: 'file' }, { place, variables }, showing),
  );
  const environment = [...service.environment].map(([name, { value, origin, place, variables }]) =>
    rowOf(
      {
        service: service.name,
        name: `environment.${name}`,
        value,
        origin: origin === 'outside' ? 'environment' : origin,
      },
      { place, variables: origin === 'outside' ? [name] : variables },
      showing,
    ),
  );
  const filled = defaulted(service, MACHINE).taken.map(
    ({ name, value }): Row => ({ service: service.name, name, value, origin: 'default' }),
  );
  return [...said, ...environment, ...filled];
}

function rowOf(
  row: Row,
  { place, variables }: { readonly place: Place; readonly variables: readonly string[] },
  { shows, originOf }: Showing,
): Row {
  const set = variables.flatMap(name => {
    const origin = originOf(name);
    return origin === undefined ? [] : [{ name, ...origin }];
  });
  const strongest = ORIGINS.find(one => set.some(({ origin }) => origin === one));
  return {
    ...row,
    value: shows || row.value === '' || !looksSecret(row.name, variables) ? row.value : '••••',
    origin: strongest ?? row.origin,
    from: `${place.file}:${place.line}`,
    ...(set.length === 0 ? {} : { variables: set }),
  };
}

/** By the last key, where a person chose it, and by the variables in it. */
function looksSecret(name: string, variables: readonly string[]): boolean {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const isChosen = name.includes('.') && !(last in SERVICE);
  return (isChosen && SECRET.test(last)) || variables.some(variable => SECRET.test(variable));
}

/** Files below the working directory as a person would write them. */
function fromText({ from, variables = [] }: Row, cwd: string): string {
  const short = (path: string): string => {
    const below = relative(cwd, path);
    return below.startsWith('..') ? path : below;
  };
  const set = variables.map(one =>
    [one.name, one.from === undefined ? one.origin : short(one.from)].join(' '),
  );
  return [from === undefined ? [] : short(from), ...set].flat().join(', ');
}
