import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageConfig } from '../../core/oci/index.ts';
import { baseLayersOf, instructionsOf, readInstruction } from './history.ts';

function configOf(...steps: readonly (readonly [text: string, empty?: boolean])[]): ImageConfig {
  return {
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: [] },
    history: steps.map(([created_by, empty_layer = false]) => ({ created_by, empty_layer })),
  };
}

test('instructions are told as in a Dockerfile, whichever builder wrote them', () => {
  const lines: readonly (readonly [string, string])[] = [
    ['/bin/sh -c #(nop)  CMD ["nginx"]', 'CMD ["nginx"]'],
    ['/bin/sh -c apt-get update', 'RUN apt-get update'],
    ['RUN /bin/sh -c apt-get update   && x # buildkit', 'RUN apt-get update && x'],
    ['|1 VERSION=3 /bin/sh -c make', 'RUN make'],
    ['RUN |2 A=1 B=2 /bin/sh -c make all # buildkit', 'RUN make all'],
    ['COPY . /app # buildkit', 'COPY . /app'],
    ['', ''],
  ];
  for (const [given, wanted] of lines) equal(readInstruction(given).text, wanted);
  equal(readInstruction('COPY . /app # buildkit').kind, 'COPY');
});

test('a history that does not fit the layers says nothing', () => {
  const config = configOf(['ADD x'], ['RUN y']);
  deepEqual(
    instructionsOf(config, 2).map(each => each.text),
    ['ADD x', 'RUN y'],
  );
  deepEqual(
    instructionsOf(config, 3).map(each => each.text),
    ['', '', ''],
  );
});

test('the base ends with the last command that layers follow', () => {
  equal(baseLayersOf(configOf(['ADD x'], ['CMD ["bash"]', true], ['RUN y'], ['CMD ["app"]', true]), 2), 1);
  const python = configOf(
    ['ADD x'],
    ['CMD ["bash"]', true],
    ['RUN y'],
    ['CMD ["python3"]', true],
    ['COPY . .'],
    ['CMD ["app"]', true],
  );
  equal(baseLayersOf(python, 3), 2);
  equal(baseLayersOf(configOf(['COPY app /'], ['CMD ["/app"]', true]), 1), 0);
  equal(baseLayersOf(configOf(), 0), 0);
});
