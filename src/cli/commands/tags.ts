import { defineCommand, flag, required } from '../command/index.ts';
import { writeJson } from '../output/index.ts';
import { placesOf } from '../places/index.ts';
import { openRegistriesFor, REGISTRY_OPTIONS } from '../registry/index.ts';

/** `sampan tags`. */
export const tagsCommand = defineCommand({
  description: 'Lists all tags that a registry has of an image, one a line, in the order of the registry.',
  arguments: {
    name: required({
      description: 'the name in the registry, without a tag: registry.example/team/app',
      complete: 'nothing',
    }),
  },
  options: { ...REGISTRY_OPTIONS, json: flag({ description: 'print JSON, schema sampan.tags/1' }) },
  examples: [{ line: 'tags localhost:5000/app', explanation: 'what there is of it' }],
  async run(context, { name, json, ...values }) {
    const registries = await openRegistriesFor(context, { ...values, data: placesOf(context).data });
    const bare = name.replace(/^docker:\/\//, '');
    const tags = await registries.tags(bare, { signal: context.signal });
    if (json) writeJson(context.stdout, 'sampan.tags/1', { name: bare, tags });
    else context.stdout.write(tags.map(tag => `${tag}\n`).join(''));
  },
});
