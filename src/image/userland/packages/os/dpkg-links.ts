import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import { readText } from '../../reading/index.ts';

/** A file that one package has moved aside: the others' file is at `to` (dpkg-divert(1)). */
export interface Diversion {
  readonly to: string;
  /** The package that diverts; `:` for a local diversion, which moves everybody's file. */
  readonly by: string;
}

/** The diversions, by the path that the packages list. */
export function readDiversions(tree: Tree): ReadonlyMap<string, Diversion> {
  const rows = (readText(tree, '/var/lib/dpkg/diversions') ?? '').split('\n');
  const diversions = new Map<string, Diversion>();
  for (let i = 0; i + 2 < rows.length; i += 3)
    diversions.set(rows[i]!, { to: rows[i + 1]!, by: rows[i + 2]! });
  return diversions;
}

/** The links that update-alternatives(1) keeps: each `/etc/alternatives/x` and the link that leads to it. */
export function readAlternatives(tree: Tree): readonly string[] {
  const directory = '/var/lib/dpkg/alternatives';
  return tree.list(directory).flatMap(name => {
    const text = readText(tree, posix.join(directory, name)) ?? '';
    return linksOf(name, text);
  });
}

/** Lines: the mode, the master link, then pairs of a slave's name and link up to an empty line. */
function linksOf(name: string, text: string): readonly string[] {
  const [, master = '', ...rest] = text.split('\n');
  const links = [`/etc/alternatives/${name}`, master];
  for (let i = 0; i + 1 < rest.length && rest[i] !== ''; i += 2)
    links.push(`/etc/alternatives/${rest[i]}`, rest[i + 1]!);
  return links.filter(link => link.startsWith('/'));
}
