import { SERVICE, type Service } from '../../run/compose/index.ts';
import { any, defineCommand, flag } from '../command/index.ts';
import { composeFiles, openProject, PROJECT_OPTIONS, refreshDevice } from '../compose/index.ts';
import { formatTable, writeJson } from '../output/index.ts';

const SECRET = /pass|secret|token|key|credential|auth/i;

/** `sampan config`. */
export const configCommand = defineCommand({
  description:
    'Reads a Compose file with all that it includes, checks it, and shows the configuration that each service gets, with where every value comes from. Values that look like secrets are hidden unless asked for.',
  arguments: { services: any({ description: 'only these services', complete: 'nothing' }) },
  options: {
    ...PROJECT_OPTIONS,
    secrets: flag({ description: 'show values that look like secrets' }),
    json: flag({ description: 'print JSON, schema sampan.config/1' }),
  },
  examples: [{ line: 'config', explanation: 'is the file right, and what does each service get?' }],
  async run(context, { services, secrets, json, ...values }) {
    await refreshDevice(context, composeFiles(context, values.file));
    const { project, originOf } = openProject(context, values, services);
    const shown = [...project.services.values()].filter(
      ({ name }) => services.length === 0 || services.includes(name),
    );
    const rows = shown.flatMap(service => valuesOf(service, { shows: secrets, originOf }));
    if (json)
      return writeJson(context.stdout, 'sampan.config/1', {
        project: project.name,
        files: project.files,
        services: shown.map(({ name, image, written }) => ({
          name,
          image,
          keys: Object.keys(written).filter(key => key in SERVICE),
        })),
        values: rows,
      });
    const cells = rows.map(({ service, name, value, origin, from }) => [service, name, value, origin, from]);
    context.stdout.write(
      formatTable(
        [
          { title: 'SERVICE' },
          { title: 'NAME' },
          { title: 'VALUE', shrink: 'text' },
          { title: 'ORIGIN' },
          { title: 'FROM', shrink: 'path' },
        ],
        cells,
        context.stdout,
      ),
    );
  },
});

interface Row {
  readonly service: string;
  readonly name: string;
  readonly value: string;
  readonly origin: string;
  readonly from: string;
}

function valuesOf(
  service: Service,
  { shows, originOf }: { readonly shows: boolean; readonly originOf: (name: string) => string | undefined },
): readonly Row[] {
  const image: Row = {
    service: service.name,
    name: 'image',
    value: service.image,
    origin: 'file',
    from: `${service.place.file}:${service.place.line}`,
  };
  const variables = [...service.environment].map(
    ([name, { value, origin, from }]): Row => ({
      service: service.name,
      name,
      value: !shows && SECRET.test(name) && value !== '' ? '••••' : value,
      origin:
        origin === 'host' ? (originOf(name) ?? 'environment') : origin === 'environment' ? 'file' : origin,
      from,
    }),
  );
  return [image, ...variables];
}
