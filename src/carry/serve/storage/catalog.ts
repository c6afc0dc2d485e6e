import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isRepository } from '../base/index.ts';

/** Every repository under the directory of a registry that holds anything, in no order. */
export async function* repositoriesIn(root: string): AsyncGenerator<string> {
  const open = [''];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const entries = await readdir(join(root, 'repositories', at), { withFileTypes: true }).catch(() => []);
    const names = entries.filter(entry => entry.isDirectory()).map(entry => entry.name);
    if (at !== '' && names.some(name => name.startsWith('_'))) yield at;
    for (const name of names) {
      const inner = at === '' ? name : `${at}/${name}`;
      if (!name.startsWith('_') && isRepository(inner)) open.push(inner);
    }
  }
}
