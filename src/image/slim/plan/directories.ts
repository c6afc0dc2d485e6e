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
  for (const path of namedDirectories(keeper, config)) {
    keeper.keep(path, { kind: 'directory', text: 'named by the image' });
  }
  for (const node of keeper.tree.nodes()) {
    if (node.kind === 'directory' && WRITABLE.test(node.path) && !LEFTOVER.test(node.path)) {
      keeper.keepItself(node.path, { kind: 'directory', text: 'a place to write' });
    }
  }
  keepPackageDirectories(keeper, owners);
  for (const path of [...keeper.kept.keys()]) keepAncestors(keeper, path);
}

/** The working directory, volumes, and the homes of users. */
function namedDirectories(keeper: Keeper, config: ImageConfig): string[] {
  const container = config.config ?? {};
  const homes = readUsers(keeper.tree).map(user => user.home);
  return [container.WorkingDir ?? '/', ...Object.keys(container.Volumes ?? {}), ...homes].filter(
    path => path.startsWith('/') && keeper.tree.resolve(path)?.node.kind === 'directory',
  );
}

/** What packages bring to keep data in, as far as something of the package stays. */
function keepPackageDirectories(keeper: Keeper, owners: Owners): void {
  const packages = owners.databases.flatMap(database => database.packages);
  for (const each of packages.filter(owner => owner.files.some(path => keeper.has(path)))) {
    for (const path of each.directories) {
      if (LEFTOVER.test(path) || !/^\/(?:var|run|srv|opt|home)\//.test(path)) continue;
      keeper.keepItself(path, { kind: 'package', text: `a directory of ${each.name}` });
    }
  }
}

function keepAncestors(keeper: Keeper, path: string): void {
  const above = (of: string): Node | undefined => keeper.tree.get(dirname(of));
  for (let at = above(path); at !== undefined && !keeper.has(at.path); at = above(at.path)) {
    keeper.keepItself(at.path, { kind: 'directory', text: `holds ${path}`, by: path });
  }
}
