import type { ImageConfig } from '../../../core/oci/index.ts';
import { dirname, type Node } from '../../tree/index.ts';
import { readUsers } from '../../userland/system/index.ts';
import type { Keeper } from './keeper.ts';
import type { Owners } from './owners.ts';

/** Programs write here, whether they list it first or not. */
const WRITABLE = /^\/(?:[^/]+|(?:var|run|srv|opt|mnt|media|home)(?:\/[^/]+){1,3}|usr\/local(?:\/[^/]+)?)$/;
/** But nothing writes here except what is gone. */
const LEFTOVER =
  /^\/(?:var\/(?:lib\/(?:apt|dpkg|pam|systemd|ucf)|cache\/(?:apt|debconf|man|fontconfig|ldconfig|apk)|backups|mail)|boot)(?:\/|$)/;

/** Keeps the directories that kept paths need, and those in which something may be written. */
export function keepDirectories(keeper: Keeper, config: ImageConfig, owners: Owners): void {
  for (const path of namedDirectories(keeper, config))
    keeper.keep(path, { kind: 'directory', text: 'named by the image' });
  const packages = packagesWithFiles(keeper, owners);
  for (const node of keeper.tree.nodes()) {
    if (node.kind !== 'directory' || keeper.has(node.path)) continue;
    const place = WRITABLE.test(node.path) && !LEFTOVER.test(node.path);
    if (place) keeper.keepItself(node.path, { kind: 'directory', text: 'a place to write' });
  }
  for (const owner of packages) {
    for (const path of owner.directories) {
      if (!LEFTOVER.test(path) && /^\/(?:var|run|srv|opt|home)\//.test(path)) {
        keeper.keepItself(path, { kind: 'package', text: `a directory of ${owner.name}` });
      }
    }
  }
  for (const path of [...keeper.kept.keys()]) keepAncestors(keeper, path);
}

function packagesWithFiles(keeper: Keeper, owners: Owners): ReturnType<typeof kept> {
  return kept(keeper, owners);
}

function kept(keeper: Keeper, owners: Owners) {
  return owners.databases
    .flatMap(database => database.packages)
    .filter(each => each.files.some(path => keeper.has(path)));
}

function namedDirectories(keeper: Keeper, config: ImageConfig): string[] {
  const container = config.config ?? {};
  const homes = readUsers(keeper.tree).map(user => user.home);
  return [container.WorkingDir ?? '/', ...Object.keys(container.Volumes ?? {}), ...homes].filter(
    path => path.startsWith('/') && keeper.tree.resolve(path)?.node.kind === 'directory',
  );
}

function keepAncestors(keeper: Keeper, path: string): void {
  for (
    let at: Node | undefined = keeper.tree.get(dirname(path));
    at !== undefined;
    at = keeper.tree.get(dirname(at.path))
  ) {
    if (keeper.has(at.path)) return;
    keeper.keepItself(at.path, { kind: 'directory', text: `holds ${path}`, by: path });
    if (at.path === '/') return;
  }
}
