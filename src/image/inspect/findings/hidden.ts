import type { Finding } from '../finding.ts';
import type { Ground } from '../ground.ts';
import { shownInstruction } from '../history.ts';
import type { HiddenBy } from '../stack/index.ts';
import { Collector, causeOf, type Kind } from './collect.ts';

const LEAST_BYTES = 4096;

/** Files that a later layer removes, replaces or copies: one finding for each pair of layers. */
export function hiddenFindings(ground: Ground): readonly Finding[] {
  const groups = new Map<string, { how: HiddenBy; from: number; by: number; files: Collector }>();
  for (const { layer, node, by, how, bytes } of ground.stacked.hidden) {
    if (bytes === 0) continue;
    const key = `${how} ${layer} ${by}`;
    const group = groups.get(key) ?? { how, from: layer, by, files: new Collector() };
    groups.set(key, group);
    group.files.add(layer, { path: ground.stacked.names.pathOf(node), bytes });
  }
  return [...groups.values()]
    .filter(({ files }) => files.bytes >= LEAST_BYTES)
    .map(({ how, from, by, files }) => {
      const finding = files.finish(kindOf(how, ground, { from, by }), ground);
      const second = causeOf(by, { bytes: how === 'removed' ? 0 : files.bytes, files: files.files }, ground);
      return { ...finding, causes: from === by ? finding.causes : [...finding.causes, second] };
    });
}

interface Pair {
  readonly from: number;
  readonly by: number;
}

function kindOf(how: HiddenBy, ground: Ground, pair: Pair): Kind {
  switch (how) {
    case 'removed':
      return {
        id: 'deleted-later',
        title: `Deleted in ${nameOf(pair.by, ground)}, still carried by ${nameOf(pair.from, ground)}`,
        confidence: 'certain',
        fix: joined(ground, pair),
      };
    case 'metadata':
      return {
        id: 'metadata-copy',
        title: `Copied whole by a change of owner or mode in ${nameOf(pair.by, ground)}`,
        confidence: 'certain',
        fix: ownedCopy(ground, pair),
      };
    case 'replaced':
      return {
        id: 'overwritten-later',
        title: `Written in ${nameOf(pair.from, ground)} and again in ${nameOf(pair.by, ground)}`,
        confidence: 'certain',
        fix: joined(ground, pair),
      };
  }
}

function nameOf(layer: number, { places }: Ground): string {
  return `layer ${places[layer]! + 1}`;
}

/** Both instructions as one, where they can be; otherwise a stage of its own. */
function joined({ instructions, baseLayers }: Ground, { from, by }: Pair): string {
  const [first, second] = [instructions[from], instructions[by]];
  if (from < baseLayers) return 'these files come with the base image: choose a base without them';
  if (first?.kind === 'RUN' && second?.kind === 'RUN') {
    return `${cut(first.text)} && ${cut(second.text.slice(4))}`;
  }
  if (first?.kind === 'COPY' || first?.kind === 'ADD') {
    return `RUN --mount=type=bind,source=…,target=/src … # instead of ${cut(first.text)}, for what only the build needs`;
  }
  return 'do both in one RUN, or build in a stage of its own and COPY --from=build what runs';
}

function ownedCopy(ground: Ground, pair: Pair): string {
  const first = ground.instructions[pair.from];
  const second = ground.instructions[pair.by]?.text ?? '';
  const owner = /chown (?:-\S+ )*(\S+)/.exec(second)?.[1];
  const mode = /chmod (?:-\S+ )*([0-7]{3,4}|[ugoa]*[+=-][rwxX]+)/.exec(second)?.[1];
  const flag =
    owner === undefined
      ? mode === undefined
        ? '--chown=USER:GROUP'
        : `--chmod=${mode}`
      : `--chown=${owner}`;
  if (first?.kind === 'COPY' || first?.kind === 'ADD') {
    const places = /(?: in )(\S+)\s*$/.exec(first.text)?.[1];
    return places === undefined
      ? cut(first.text).replace(/^(COPY|ADD)/, `$1 ${flag}`)
      : `${first.kind} ${flag} … ${places}`;
  }
  if (pair.from < ground.baseLayers)
    return `change only what must change, not all of it: no -R in ${cut(second)}`;
  return first?.kind === 'RUN'
    ? `${cut(first.text)} && ${cut(second.replace(/^RUN /, ''))}`
    : `COPY ${flag} …`;
}

const MOST_CHARACTERS = 160;

function cut(instruction: string): string {
  const text = shownInstruction(instruction);
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}
