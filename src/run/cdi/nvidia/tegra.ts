import { posix } from 'node:path';
import { SampanError } from '../../../core/errors/index.ts';
import type { HostFiles } from '../files/index.ts';
import { driverLinks } from './card.ts';
import { CSV_DIRECTORY, driverVersion } from './driver.ts';
import type { WantedLink } from './gpus.ts';
import { hookEdits } from './hooks.ts';
import { fileMount } from './others.ts';
import { type NvidiaFound, sortedMounts } from './parts.ts';

/** Lists that belong to the system; those of CUDA and its like are for images of long ago that brought none. */
const LISTS = ['devices.csv', 'drivers.csv', 'l4t.csv'];
const MAX_LINES = 20_000;

/** A line of a list. */
interface Listed {
  readonly type: string;
  readonly path: string;
}

/** What the GPU of a Jetson needs: what its CSV files list, as far as it is there. */
export function tegraParts(files: HostFiles): NvidiaFound {
  const listed = LISTS.flatMap(name => linesOf(files.text(`${CSV_DIRECTORY}/${name}`) ?? ''));
  const of = (type: string): readonly string[] => [
    ...new Set(listed.filter(one => one.type === type).map(({ path }) => path)),
  ];
  const deviceNodes = of('dev')
    .filter(path => files.kind(path) !== undefined)
    .map(path => ({ path }));
  if (deviceNodes.length === 0)
    throw new SampanError('unavailable', `none of the nodes in ${CSV_DIRECTORY} is there`, {
      remedy: 'install the package nvidia-l4t-core, and restart',
    });
  const libraries = [...new Set([...of('lib'), ...of('sym')].flatMap(path => files.real(path) ?? []))];
  const links = [...of('lib'), ...of('sym')].flatMap(path => chainOf(files, path));
  const unique = [...new Map([...links, ...driverLinks(libraries)].map(one => [one.path, one])).values()];
  const folders = [...new Set(libraries.filter(isLibrary).map(path => posix.dirname(path)))].sort();
  const made = hookEdits(files, { links: unique, folders, keepsNodes: false }, libraries);
  const missing = listed.filter(({ path }) => files.real(path) === undefined).length;
  const mounts = [
    ...libraries.map(path => fileMount(path)),
    ...of('dir').flatMap(path => (files.real(path) === undefined ? [] : [fileMount(path)])),
    ...made.mounts,
  ];
  const containerEdits = {
    deviceNodes,
    mounts: sortedMounts(mounts),
    ...(made.hooks.length === 0 ? {} : { hooks: made.hooks }),
  };
  return {
    platform: 'tegra',
    version: driverVersion(files),
    gpus: [{ index: 0, uuid: undefined, model: 'NVIDIA Tegra', bus: '', minor: 0 }],
    notices:
      missing === 0 ? made.notices : [...made.notices, `${missing} of the files in its lists are not there`],
    kind: 'nvidia.com/gpu',
    devices: ['0', 'all'].map(name => ({ name, containerEdits })),
    containerEdits: { env: ['NVIDIA_VISIBLE_DEVICES=void'] },
  };
}

function linesOf(text: string): readonly Listed[] {
  return text.split('\n', MAX_LINES).flatMap(line => {
    const match = /^\s*(dev|lib|sym|dir)\s*,\s*(\/[^\s,]*)\s*$/.exec(line);
    return match === null ? [] : [{ type: match[1] ?? '', path: match[2] ?? '' }];
  });
}

function isLibrary(path: string): boolean {
  return /^lib.+\.so(\..+)?$/.test(posix.basename(path));
}

const MAX_CHAIN = 10;

/** The links that lead from a path to the file: what a container must have too. */
function chainOf(files: HostFiles, path: string): readonly WantedLink[] {
  const links: WantedLink[] = [];
  let here = path;
  for (let step = 0; step < MAX_CHAIN; step++) {
    const target = files.kind(here) === 'link' ? files.link(here) : undefined;
    if (target === undefined || files.real(here) === undefined) break;
    links.push({ path: here, target });
    here = posix.resolve(posix.dirname(here), target);
  }
  return links;
}
